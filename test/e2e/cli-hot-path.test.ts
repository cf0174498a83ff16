import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';

let place: Place;
before(async () => {
  place = openPlace();
  await place.styxy(['daemon', 'start']);
});
after(() => place.close());

/** The modules that were loaded by the time a command line ended: Node's own, and the bundles. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const list = join(place.dir, 'loaded.json');
  const spy = join(place.dir, 'spy.cjs');
  writeFileSync(
    spy,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
      JSON.stringify([...process.moduleLoadList, ...Object.keys(require.cache)])));`,
  );
  const { status, stderr } = await runProgram(process.execPath, ['--require', spy, PROGRAM, ...args], {
    cwd: place.dir,
    env: place.env,
  });
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(readFileSync(list, 'utf8')) as string[];
}

describe('the frequent commands', () => {
  const heavy = [
    'NativeModule http',
    'NativeModule _http_client',
    'NativeModule child_process',
    'NativeModule tty',
    'NativeModule crypto',
  ];

  for (const args of [
    ['allocate', '-s', 'dev', '-q'],
    ['allocate', '-s', 'dev', '--json'],
    ['check', '3098'],
    ['release', '--port', '3000'],
    ['status', '--brief'],
  ]) {
    it(`load no more than they need: ${args.join(' ')}`, async () => {
      const loaded = await loadedBy(args);
      assert.deepEqual(
        heavy.filter((name) => loaded.includes(name)),
        [],
      );
      assert.deepEqual(
        loaded.filter((name) => name.endsWith('.cjs') && !name.endsWith('spy.cjs')),
        [PROGRAM],
      );
      assert.ok(loaded.includes('NativeModule net'));
    });
  }

  it('are told from the others', async () => {
    const loaded = await loadedBy(['list']);
    assert.ok(loaded.includes(join(PROGRAM, '..', 'cli.cjs')));
    assert.ok(!loaded.includes(join(PROGRAM, '..', 'mcp.cjs')));
  });
});
