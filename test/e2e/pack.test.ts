import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Outcome, openPlace, type Place, ROOT, runProgram } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

let place: Place;
let prefix = '';
/** Of our own: in the shipped ranges, servers of other tests, whose daemons do not know ours, come and go. */
const range = freeRange('packed', 20);
/** As it is downloaded; everything is in it. */
const MAX_PACKED_BYTES = 1_200_000;
const isWindows = process.platform === 'win32';

/** npm of the machine, with a configuration and cache of its own settings, but in our directories. */
function npm(args: readonly string[], cwd: string): Promise<Outcome> {
  return runProgram(isWindows ? 'npm.cmd' : 'npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: process.env,
  });
}

/** Runs the installed program under a Node of our choice, as the shebang would. */
function installed(node: string, args: readonly string[]): Promise<Outcome> {
  const env = { ...place.env, PATH: [dirname(node), process.env.PATH ?? ''].join(delimiter) };
  return runProgram(join(prefix, 'bin', 'styxy'), args, { cwd: place.dir, env });
}

/** Installs another Node line into a directory of its own; null, and a skipped test, when it cannot be had. */
async function anotherNode(line: number, context: TestContext): Promise<string | null> {
  const dir = place.directory(`node-${line}`);
  const { status, stderr } = await npm(['install', '--prefix', dir, `node@${line}`], dir);
  const node = join(dir, 'node_modules', 'node', 'bin', 'node');
  if (status === 0 && existsSync(node)) return node;
  context.skip(`node@${line} could not be installed: ${stderr.trim().split('\n')[0] ?? ''}`);
  return null;
}

/** That an output is a port of our own range, and nothing else. */
function assertOwn(output: string): void {
  assert.match(output, /^\d+\n$/);
  const [first, last] = range;
  assert.ok(Number(output) >= first && Number(output) <= last, `${output} is not in ${first}-${last}`);
}

async function worksUnder(node: string): Promise<void> {
  const first = await installed(node, ['allocate', '-s', 'dev', '-q']);
  assert.deepEqual([first.status, first.stderr], [0, '']);
  assertOwn(first.stdout);
  const status = await installed(node, ['status', '--json']);
  assert.deepEqual([status.status, status.stderr], [0, '']);
  const run = await installed(node, ['run', '-n', 'job', '--', node, '-e', 'console.log(process.env.PORT)']);
  assert.equal(run.status, 0, run.stderr);
  assertOwn(run.stdout);
  assert.match((await installed(node, ['list'])).stdout, /reserved/);
  assert.equal((await installed(node, ['release', '--port', first.stdout.trim()])).status, 0);
  const output = join(place.home, 'logs', 'daemon-output.log');
  assert.doesNotMatch(existsSync(output) ? readFileSync(output, 'utf8') : '', /Warning/);
  assert.equal((await installed(node, ['daemon', 'stop'])).status, 0);
}

describe('the package', { skip: isWindows ? 'the shebang is for POSIX systems' : false }, () => {
  before(async () => {
    place = openPlace();
    prefix = join(place.dir, 'prefix');
    mkdirSync(prefix);
    mkdirSync(place.home, { mode: 0o700 });
    const config = { service_types: { dev: { range, preferred_ports: [] } } };
    writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    // Built already: building again would pull the bundles from under the tests that run beside this one.
    const packed = await npm(['pack', '--ignore-scripts', '--pack-destination', place.dir], ROOT);
    assert.equal(packed.status, 0, packed.stderr);
    const tarball = readdirSync(place.dir).find((name) => /^styxy-.*\.tgz$/.test(name)) ?? '';
    const added = await npm(
      ['install', '-g', '--offline', '--prefix', prefix, join(place.dir, tarball)],
      place.dir,
    );
    assert.equal(added.status, 0, added.stderr);
  });
  after(() => place.close());

  it('holds the program and its papers, and nothing else', () => {
    const root = join(prefix, 'lib', 'node_modules', 'styxy');
    assert.deepEqual(readdirSync(root).sort(), [
      '.claude-plugin',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.md',
      'dist',
      'hooks',
      'llms.txt',
      'man',
      'package.json',
      'schema',
      'skills',
    ]);
    assert.deepEqual(readdirSync(join(root, '.claude-plugin')).sort(), ['marketplace.json', 'plugin.json']);
    assert.deepEqual(readdirSync(join(root, 'hooks')).sort(), ['hooks.json']);
    assert.equal(existsSync(join(prefix, 'share', 'man', 'man1', 'styxy.1')), true, '`man styxy` finds it');
    assert.deepEqual(readdirSync(join(root, 'schema')), ['config.schema.json', 'project.schema.json']);
    assert.deepEqual(readdirSync(join(root, 'dist')).sort(), [
      'agents.cjs',
      'claude-hook.sh',
      'cli.cjs',
      'daemon.cjs',
      'dashboard',
      'index.cjs',
      'index.d.cts',
      'index.d.ts',
      'index.js',
      'mcp.cjs',
      'prom-client.cjs',
      'styxy.cjs',
      'types',
      'vite.cjs',
      'vite.d.cts',
      'vite.d.ts',
      'vite.js',
      'yaml.cjs',
    ]);
    assert.equal(statSync(join(root, 'dist', 'styxy.cjs')).mode & 0o111, 0o111);
    // Of package.json the bundles need the version alone.
    for (const name of readdirSync(join(root, 'dist')).filter((each) => each.endsWith('.cjs')))
      assert.doesNotMatch(readFileSync(join(root, 'dist', name), 'utf8'), /@biomejs/, name);
  });

  it('is lean: no tests, no sources, no maps, and small', async () => {
    const { status, stdout, stderr } = await npm(['pack', '--dry-run', '--json', '--ignore-scripts'], ROOT);
    assert.equal(status, 0, stderr);
    type Packed = { readonly size: number; readonly files: readonly { readonly path: string }[] };
    // A list until npm 11, by name since.
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
    assert.ok(packed !== undefined);
    const allowed =
      /^(?:(?:CHANGELOG|README|THIRD-PARTY-NOTICES)\.md|LICENSE|package\.json|llms\.txt|\.claude-plugin\/\w+\.json|hooks\/hooks\.json|skills\/styxy\/SKILL\.md|man\/styxy\.1|schema\/[\w.]+\.json|dist\/[\w-]+\.(?:cjs|js|d\.ts|d\.cts)|dist\/claude-hook\.sh|dist\/types\/(?:package\.json|[\w/-]+\.d\.ts)|dist\/dashboard\/[\w-]+\.(?:html|js|css|svg|png|woff2))$/;
    assert.deepEqual(
      packed.files.map(({ path }) => path).filter((path) => !allowed.test(path)),
      [],
    );
    assert.ok(packed.size < MAX_PACKED_BYTES, `${packed.size} bytes`);
  });

  it('names every package that the bundles hold', () => {
    const notices = readFileSync(join(ROOT, 'THIRD-PARTY-NOTICES.md'), 'utf8');
    for (const name of [
      'preact',
      'uplot',
      'fastify',
      'pino',
      'jsonc-parser',
      'fastest-levenshtein',
      'rotating-file-stream',
      'yaml',
    ])
      assert.match(notices, new RegExp(`^## ${name} \\d`, 'm'));
  });

  it('works on the Node that runs this test', async () => {
    await worksUnder(process.execPath);
  });

  it('works on Node 22', async (context) => {
    const node = await anotherNode(22, context);
    if (node !== null) await worksUnder(node);
  });

  it('says on Node 20 what it needs, and how to get it', async (context) => {
    const node = await anotherNode(20, context);
    if (node === null) return;
    const { status, stdout, stderr } = await installed(node, ['allocate', '-s', 'dev', '-q']);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /styxy needs Node 22\.13 or newer, and this is Node 20\.\d+\.\d+/);
    assert.match(stderr, /nodejs\.org.*\n.*node@24/);
  });
});
