import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../test/fixtures/project-tree.ts';
import type { ComposeFiles } from '../compose/files.ts';
import { planRun } from '../tools/plan.ts';
import { composeRunOf } from './compose-project.ts';
import { canBeTold, toldProject } from './compose-words.ts';

const scripts = {
  up: 'docker compose up -d',
  named: 'docker compose -f own.yaml up',
  variable: 'docker compose up $SERVICE',
  unclear: 'docker compose -f $FILE up',
  chain: 'docker compose up -d && vite',
  assigned: 'TAG=2 docker compose up',
};
const tree = projectTree({ '/shop/package.json': { scripts } });
const FILES: ComposeFiles = {
  paths: ['/shop/compose.yaml', '/shop/compose.override.yaml'],
  directory: '/shop',
  variables: {},
  envFiles: [],
  projectName: null,
  unreadable: null,
};
const OVERRIDE = '/tmp/styxy.override.yaml';

function runOf(line: string) {
  return composeRunOf(planRun(line.split(' '), '/shop', tree));
}

function told(
  line: string,
  name: string | null = 'shop_1',
  override: string | null = OVERRIDE,
  files = FILES,
) {
  const run = runOf(line);
  assert.ok(run !== null);
  const { words, env } = toldProject(run, files, line.split(' '), {}, name, override);
  return { line: words.join(' '), env };
}

const LISTED = '-f /shop/compose.yaml -f /shop/compose.override.yaml -f /tmp/styxy.override.yaml';
const NAMED = { COMPOSE_PROJECT_NAME: 'shop_1' };

describe('how Compose is told its override', () => {
  it('by words in front of the subcommand', () => {
    assert.deepEqual(told('docker compose up -d db'), {
      line: `docker compose ${LISTED} up -d db`,
      env: NAMED,
    });
    assert.deepEqual(told('docker-compose --profile a up').line, `docker-compose --profile a ${LISTED} up`);
    assert.deepEqual(told('env A=1 docker compose up').line, `env A=1 docker compose ${LISTED} up`);
  });

  it('behind the files that the user named', () => {
    assert.equal(
      told('docker compose -f own.yaml up').line,
      'docker compose -f own.yaml -f /tmp/styxy.override.yaml up',
    );
  });

  it('with the .env files that Compose would not read any more', () => {
    const files = { ...FILES, envFiles: ['/.env', '/shop/.env'] };
    assert.match(
      told('docker compose up', null, OVERRIDE, files).line,
      /--env-file \/.env --env-file \/shop\/.env -f/,
    );
  });

  it('by a variable where its words stand in a script', () => {
    assert.deepEqual(told('npm run up'), {
      line: 'npm run up',
      env: {
        ...NAMED,
        COMPOSE_FILE: '/shop/compose.yaml:/shop/compose.override.yaml:/tmp/styxy.override.yaml',
        COMPOSE_PATH_SEPARATOR: ':',
      },
    });
    const files = { ...FILES, paths: ['/a:b/compose.yaml'] };
    assert.equal(told('npm run up', null, OVERRIDE, files).env.COMPOSE_PATH_SEPARATOR, '|');
  });

  it('not at all where a script names its files', () => {
    const run = runOf('npm run named');
    assert.equal(run !== null && canBeTold(run), false);
    assert.deepEqual(told('npm run named'), { line: 'npm run named', env: NAMED });
  });

  it('with its name as a word where no variable gets there', () => {
    assert.equal(told('sudo docker compose ps', 'shop_1', null).line, 'sudo docker compose -p shop_1 ps');
    assert.equal(told('docker compose ps', 'shop_1', null).line, 'docker compose ps');
    assert.deepEqual(told('docker compose -p own ps', null, null), {
      line: 'docker compose -p own ps',
      env: {},
    });
  });

  it('with what its script sets for it', () => {
    assert.deepEqual(runOf('npm run assigned')?.assigned, { TAG: '2' });
  });

  it('for all services where it is not certain which are meant', () => {
    assert.deepEqual(runOf('docker compose up db')?.command.services, ['db']);
    assert.deepEqual(runOf('npm run variable')?.command.services, []);
  });

  it('only where it is certain that Compose is what runs', () => {
    for (const line of ['npm run unclear', 'npm run chain', 'vite', 'docker run postgres', 'docker compose'])
      assert.equal(runOf(line), null, line);
  });
});
