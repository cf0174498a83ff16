import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../../test/fixtures/project-tree.ts';
import { BACK_ENDS } from '../../../test/fixtures/tool-rows/back-ends.ts';
import { OTHERS } from '../../../test/fixtures/tool-rows/others.ts';
import { PAGES } from '../../../test/fixtures/tool-rows/pages.ts';
import { PORT, type Rows } from '../../../test/fixtures/tool-rows/row.ts';
import { shippedConfig } from '../../config/config-schema.ts';
import { planRun } from '../plan.ts';
import { TOOLS } from './all.ts';
import { LEASELESS } from './leaseless.ts';

const files = projectTree({ '/app/app.rb': "require 'sinatra'\n", '/app/tool.rb': "require 'json'\n" });

const ROWS: Rows = { ...PAGES, ...BACK_ENDS, ...OTHERS };

function plan(command: string) {
  return planRun(command.split(' '), '/app', files);
}

describe('the catalogue', () => {
  it('has a row in this test for each tool, and none for others', () => {
    assert.deepEqual(Object.keys(ROWS).sort(), TOOLS.map(({ id }) => id).sort());
  });

  for (const { id, name, serviceType, defaultPort, told: how } of TOOLS) {
    const row = ROWS[id];
    if (row === undefined) continue;
    it(`recognises ${name}, and tells it its port`, () => {
      for (const [command, told] of row.told) {
        const { words, environment, ...found } = plan(command);
        assert.equal(found.tool, name, command);
        assert.equal(words(PORT).join(' '), told ?? command);
        assert.deepEqual(environment(PORT), row.variables ?? {}, command);
        assert.equal(found.defaultPort, defaultPort);
        if (serviceType !== null) assert.equal(found.serviceType, serviceType);
        const isTold = told !== null || how.variables !== undefined;
        assert.equal(found.advice === null, isTold, `${command}: ${found.advice}`);
      }
    });

    it(`does not take for ${name} what is none`, () => {
      for (const command of row.others) {
        const { tool, words } = plan(command);
        assert.notEqual(tool, name, command);
        assert.equal(words(PORT).join(' '), command);
      }
    });
  }

  it('names each tool once, and only types that are shipped', () => {
    const ids = [...TOOLS, ...LEASELESS].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const types = Object.keys(shippedConfig().service_types);
    const unknown = TOOLS.filter(({ serviceType }) => serviceType !== null && !types.includes(serviceType));
    assert.deepEqual(unknown, []);
  });

  it('tells every tool its port in some way, or says what to do', () => {
    const silent = TOOLS.filter(
      ({ told }) => told.variables === undefined && told.add === undefined && told.advice === undefined,
    );
    assert.deepEqual(silent, []);
    const without = TOOLS.filter(({ told }) => told.add?.some((word) => word.includes('{port}')) === false);
    assert.deepEqual(without, []);
  });
});

describe('what has no single port', () => {
  const cases: readonly [command: string, kind: string | null][] = [
    ['turbo dev', 'several'],
    ['turbo run dev --filter web', 'several'],
    ['turbo login', null],
    ['nx run-many -t serve', 'several'],
    ['nx affected -t serve', 'several'],
    ['lerna run dev', 'several'],
    ['lerna version', null],
    ['concurrently vite api', 'several'],
    ['npm-run-all --parallel dev api', 'several'],
    ['run-p dev api', 'several'],
    ['wireit', 'several'],
    ['moon run web:dev', 'several'],
    ['docker compose up', 'several'],
    ['docker compose -f dev.yml up --build', 'several'],
    ['docker-compose up', 'several'],
    ['podman compose up', 'several'],
    ['docker compose up -d', null],
    ['docker compose down', null],
    ['foreman start', 'several'],
    ['overmind s', 'several'],
    ['honcho start', 'several'],
    ['hivemind', 'several'],
    ['mprocs', 'several'],
    ['process-compose', 'several'],
    ['firebase emulators:start', 'configured'],
    ['firebase deploy', null],
    ['supabase start', 'configured'],
    ['supabase stop', null],
    ['ngrok http 3000', 'tunnel'],
    ['lt --port 3000', 'tunnel'],
    ['cloudflared tunnel --url http://localhost:3000', 'tunnel'],
    ['styxy run -- vite', 'nested'],
    ['npx styxy run -- vite', 'nested'],
    ['styxy list', null],
  ];
  for (const [command, kind] of cases) {
    it(`is ${kind === null ? 'not ' : ''}${command}`, () => {
      const found = plan(command);
      assert.equal(found.leaseless, kind);
      assert.equal(found.words(PORT).join(' '), command);
      assert.deepEqual(found.environment(PORT), {});
    });
  }
});
