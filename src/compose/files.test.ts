import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../test/fixtures/project-tree.ts';
import { readComposeCommand } from './command.ts';
import { composeFiles } from './files.ts';

const tree = projectTree({
  '/shop/compose.yaml': '',
  '/shop/docker-compose.yml': '',
  '/shop/compose.override.yaml': '',
  '/shop/.env': 'PORT=3000\nTAG=a\n',
  '/shop/web/.env': 'TAG=b\n',
  '/shop/dev.yaml': '',
  '/old/docker-compose.yaml': '',
  '/old/docker-compose.override.yml': '',
  '/listed/.env': 'COMPOSE_FILE=a.yaml:sub/b.yaml\nCOMPOSE_PROJECT_NAME=mine\n',
  '/listed/a.yaml': '',
  '/listed/sub/b.yaml': '',
});

function files(line: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
  const command = readComposeCommand(line.split(' '));
  assert.ok(command !== null);
  return composeFiles(command, cwd, env, tree.text);
}

describe('the files of a project', () => {
  const cases: readonly [what: string, line: string, cwd: string, env: NodeJS.ProcessEnv, paths: string[]][] =
    [
      [
        'are the first by name, and its override',
        'docker compose up',
        '/shop',
        {},
        ['/shop/compose.yaml', '/shop/compose.override.yaml'],
      ],
      [
        'are found above',
        'docker compose up',
        '/shop/web',
        {},
        ['/shop/compose.yaml', '/shop/compose.override.yaml'],
      ],
      [
        'have their former names',
        'docker compose up',
        '/old',
        {},
        ['/old/docker-compose.yaml', '/old/docker-compose.override.yml'],
      ],
      [
        'are those that are named, without an override',
        'docker compose -f dev.yaml up',
        '/shop',
        {},
        ['/shop/dev.yaml'],
      ],
      [
        'are those of a variable',
        'docker compose up',
        '/shop/web',
        { COMPOSE_FILE: '../dev.yaml' },
        ['/shop/dev.yaml'],
      ],
      [
        'are listed by another sign',
        'docker compose up',
        '/shop',
        { COMPOSE_FILE: 'a|b', COMPOSE_PATH_SEPARATOR: '|' },
        ['/shop/a', '/shop/b'],
      ],
      [
        'are those of the .env file',
        'docker compose up',
        '/listed',
        {},
        ['/listed/a.yaml', '/listed/sub/b.yaml'],
      ],
      [
        'are looked for where the project is said to be',
        'docker compose --project-directory ../old up',
        '/shop',
        {},
        ['/old/docker-compose.yaml', '/old/docker-compose.override.yml'],
      ],
      ['are none', 'docker compose up', '/nowhere', {}, []],
    ];
  for (const [what, line, cwd, env, paths] of cases)
    it(what, () => assert.deepEqual(files(line, cwd, env).paths, paths));

  it('come with the variables of the environment, and under it those of the .env files', () => {
    assert.deepEqual(files('docker compose up', '/shop', { PORT: '4000' }).variables, {
      PORT: '4000',
      TAG: 'a',
    });
    assert.deepEqual(files('docker compose --env-file web/.env up', '/shop').variables, { TAG: 'b' });
    const off = { COMPOSE_DISABLE_ENV_FILE: '1' };
    assert.deepEqual(files('docker compose up', '/shop', off).variables, off);
  });

  it('have two .env files where they are found above, the nearer of which counts more', () => {
    const above = files('docker compose up', '/shop/web');
    assert.deepEqual([above.variables.TAG, above.variables.PORT], ['b', '3000']);
    assert.deepEqual(above.envFiles, ['/shop/.env', '/shop/web/.env']);
    assert.deepEqual(files('docker compose up', '/shop').envFiles, []);
    assert.deepEqual(files('docker compose -f ../compose.yaml up', '/shop/web').envFiles, []);
  });

  it('belong to a project that the user may have named', () => {
    const name = (line: string, cwd: string, env = {}) => files(line, cwd, env).projectName;
    assert.equal(name('docker compose -p own up', '/listed'), 'own');
    assert.equal(name('docker compose up', '/shop', { COMPOSE_PROJECT_NAME: 'env' }), 'env');
    assert.equal(name('docker compose up', '/listed'), 'mine');
    assert.equal(name('docker compose up', '/shop', { COMPOSE_PROJECT_NAME: '' }), null);
  });

  it('may be none of this machine', () => {
    for (const path of ['-', 'https://example.com/a.git', 'oci://example.com/a', 'git@example.com:a'])
      assert.equal(files(`docker compose -f ${path} up`, '/shop').unreadable, path);
    assert.equal(files('docker compose -f dev.yaml up', '/shop').unreadable, null);
  });
});
