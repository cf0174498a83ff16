import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectFiles } from '../project/project-files.ts';
import { planRun } from '../tools/plan.ts';
import type { RunOptions } from './run-options.ts';
import { isLeaseless, requestOf, wishOf } from './run-request.ts';

let place = '';
before(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-request-')));
  mkdirSync(join(place, 'web'));
  writeFileSync(
    join(place, 'web', 'package.json'),
    '{"name": "shop-web", "scripts": {"dev": "PORT=3001 next dev | cat"}}',
  );
});
after(() => rmSync(place, { recursive: true, force: true }));

function optionsFor(command: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    words: command.split(' '),
    serviceType: null,
    serviceName: null,
    preferredPort: null,
    exact: false,
    requireDaemon: false,
    lockId: null,
    ...more,
  };
}

function planOf({ words }: RunOptions) {
  return planRun(words, place, projectFiles());
}

function request(command: string, more: Partial<RunOptions> = {}, env: NodeJS.ProcessEnv = {}) {
  const options = optionsFor(command, more);
  const project = () => ({ path: place, directory: place, isLinkedWorktree: false });
  const { pid, project_path, ...rest } = requestOf(options, planOf(options), { env, project }, 77);
  assert.deepEqual([pid, project_path], [77, place]);
  return rest;
}

describe('the request of a run', () => {
  it('has the type of the tool, else dev, unless the user says another', () => {
    assert.deepEqual(request('storybook dev'), {
      service_type: 'storybook',
      service_name: 'storybook',
      exact: false,
    });
    assert.deepEqual(request('./serve'), { service_type: 'dev', service_name: 'dev', exact: false });
    assert.deepEqual(request('vite', { serviceType: 'ui', serviceName: 'shop' }), {
      service_type: 'ui',
      service_name: 'shop',
      exact: false,
    });
  });

  it('is named after the directory that the server runs in', () => {
    assert.equal(request('yarn --cwd web vite').service_name, 'shop-web');
  });

  it('wishes for the port that the user’s words name, but rather for the one behind -p', () => {
    assert.deepEqual(request('vite --port 5000').preferred_port, 5000);
    assert.deepEqual(request('vite --port 5000', { preferredPort: 6000 }).preferred_port, 6000);
    assert.equal(request('vite --port 80').preferred_port, undefined);
  });

  it('insists on a port that cannot be changed, unless the user insists on another', () => {
    const fixed = request('npm --prefix web run dev');
    assert.deepEqual([fixed.preferred_port, fixed.exact], [3001, true]);
    const other = request('npm --prefix web run dev', { preferredPort: 6000 });
    assert.deepEqual([other.preferred_port, other.exact], [6000, false]);
    const options = optionsFor('npm --prefix web run dev');
    assert.equal(wishOf(options, planOf(options)), 3001);
  });

  it('names the instance, where there is one', () => {
    assert.equal(request('vite', {}, { STYXY_INSTANCE: 'agent-1' }).instance_id, 'agent-1');
    assert.equal(request('vite', {}, { STYXY_INSTANCE: '' }).instance_id, undefined);
  });
});

describe('a run without a lease', () => {
  const cases: readonly [command: string, more: Partial<RunOptions>, expected: boolean][] = [
    ['vite', {}, false],
    ['turbo dev', {}, true],
    ['turbo dev', { serviceType: 'dev' }, false],
    ['turbo dev', { serviceName: 'all' }, false],
    ['turbo dev', { preferredPort: 3000 }, false],
    ['turbo dev', { lockId: 'x' }, false],
    ['turbo dev --port {port}', {}, false],
    ['ngrok http 3000', {}, true],
    ['supabase start', {}, true],
    ['styxy run -- vite', {}, true],
    ['styxy run -- vite', { serviceType: 'dev', lockId: 'x' }, true],
  ];
  for (const [command, more, expected] of cases) {
    it(`is ${expected ? '' : 'not '}${command} with ${JSON.stringify(more)}`, () => {
      const options = optionsFor(command, more);
      assert.equal(isLeaseless(planOf(options), options), expected);
    });
  }
});
