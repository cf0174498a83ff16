import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPlace, type Place, ROOT, runProgram } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

const range = freeRange('embedding', 20);
let place: Place;
before(async () => {
  place = openPlace();
  mkdirSync(place.home, { mode: 0o700 });
  const config = { service_types: { dev: { range, preferred_ports: [] } } };
  writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  await place.styxy(['daemon', 'start']);
});
after(() => place.close());

/** What the plug-in answers to each of `configs`, one after the other in one process, as one run of Vite asks it. */
async function answers(
  cwd: string,
  configs: readonly object[],
  { env = {}, options = {} }: { readonly env?: NodeJS.ProcessEnv; readonly options?: object } = {},
): Promise<{
  said: readonly ({ server?: { port: number }; preview?: { port: number } } | null)[];
  stderr: string;
}> {
  const code = `
    import styxy from ${JSON.stringify(join(ROOT, 'dist', 'vite.js'))};
    const said = [];
    for (const [config, environment] of ${JSON.stringify(configs)})
      said.push(await styxy(${JSON.stringify(options)}).config(config, environment));
    console.log(JSON.stringify(said));`;
  const words = ['--input-type=module', '-e', code];
  const { status, stdout, stderr } = await runProgram(process.execPath, words, {
    cwd,
    env: { ...place.env, ...env },
  });
  if (status !== 0) throw new Error(stderr);
  return { said: JSON.parse(stdout), stderr };
}

const SERVE = [{}, { command: 'serve', isPreview: false }];

describe('the plug-in for Vite', () => {
  it('serves each checkout on a port of its own, the same one again, also when Vite reads its configuration anew', async () => {
    const [first, second] = [place.directory('first'), place.directory('second')];
    const [{ said }, other] = [await answers(first, [SERVE, SERVE]), await answers(second, [SERVE])];
    const port = said[0]?.server?.port ?? 0;
    assert.ok(port >= range[0] && port <= range[1], String(port));
    assert.equal(said[1]?.server?.port, port);
    assert.notEqual(other.said[0]?.server?.port, port);
    assert.equal((await answers(first, [SERVE])).said[0]?.server?.port, port);
  });

  it('takes the port of the configuration for a wish, and that of a preview as well', async () => {
    const wish = range[1];
    const { said } = await answers(place.directory('wishing'), [
      [{ preview: { port: wish } }, { command: 'serve', isPreview: true }],
    ]);
    assert.deepEqual(said, [{ preview: { port: wish } }]);
  });

  it('leaves Vite alone where the port is fixed, `styxy run` chose it, or Vite serves nobody itself', async () => {
    const directory = place.directory('fixed');
    const strict = await answers(directory, [[{ server: { port: 5173, strictPort: true } }, {}]]);
    const run = await answers(directory, [SERVE], { env: { STYXY_LOCK_ID: 'x', PORT: '4000' } });
    assert.deepEqual([strict.said, run.said], [[null], [null]]);
    const tests = await answers(directory, [SERVE], { env: { VITEST: 'true' } });
    const within = await answers(directory, [[{ server: { middlewareMode: true } }, {}]]);
    assert.deepEqual([tests.said, within.said], [[null], [null]]);
  });

  it('lets Vite take its own port where there is no daemon, says so once, and fails only when asked to', async () => {
    const without = { STYXY_HOME: join(place.dir, 'nobody') };
    const directory = place.directory('without');
    const { said, stderr } = await answers(directory, [SERVE], { env: without });
    assert.deepEqual(said, [null]);
    assert.equal(existsSync(join(without.STYXY_HOME, 'daemon.json')), false, 'no daemon was started');
    assert.match(stderr, /^styxy: Vite takes a port of its own\. .*\n$/);
    await assert.rejects(
      answers(directory, [SERVE], {
        env: { ...without, STYXY_AUTOSTART: '0' },
        options: { isRequired: true },
      }),
      /DAEMON_UNREACHABLE/,
    );
  });
});
