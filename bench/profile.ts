// Owns the look inside: the daemon under load with Node's profiler, and the functions that its time goes to.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoadProcess } from './load-process.ts';
import { cpuSeconds } from './process-cost.ts';
import { prepareProgram } from './program.ts';
import { BULK_TYPE, makeHome, type Served, startBaseline, startDaemon } from './servers.ts';

const WARM_UP_MS = 2000;
/** How many areas are listed before the functions. */
const AREAS = 25;
const ROOT = new URL('..', import.meta.url).href;

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '5' },
    top: { type: 'string', default: '45' },
    leases: { type: 'string', default: '0' },
    nameless: { type: 'boolean', default: false },
    'by-id': { type: 'boolean', default: false },
    baseline: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    program: { type: 'string' },
  },
});

const scratch = mkdtempSync(join(tmpdir(), 'styxy-profile-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const profiles = join(scratch, 'profiles');
mkdirSync(profiles);
const flags = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=250'];
const built = await prepareProgram(scratch, values.program ?? null);
// The source runs as the bundle does, and its functions are found again in their files.
const program = values.source
  ? { ...built, daemon: join(import.meta.dirname, '..', 'src/daemon/main.ts') }
  : built;
const load = startLoadProcess();
try {
  const server = values.baseline
    ? await startBaseline(program, scratch, flags)
    : await startDaemon(program, makeHome(scratch), flags);
  if (values.leases !== '0') {
    await load.run({
      kind: 'fill',
      socket: server.socket,
      leases: Number(values.leases),
      serviceType: BULK_TYPE,
      leasesPerProject: 10,
    });
  }
  await measure(server);
  await server.stop();
} finally {
  load.stop();
}
for (const file of readdirSync(profiles)) print(JSON.parse(readFileSync(join(profiles, file), 'utf8')));

async function measure(server: Served): Promise<void> {
  const churn = (durationMs: number) =>
    load.run({
      kind: 'churn',
      socket: server.socket,
      connections: Number(values.connections),
      durationMs,
      serviceType: 'dev',
      projects: values.nameless ? [] : program.checkouts,
      release: values['by-id'] || values.nameless ? 'by-id' : 'for-project',
    });
  await churn(WARM_UP_MS);
  const before = cpuSeconds(server.pid);
  const { requests, seconds, p50Us } = await churn(Number(values.seconds) * 1000);
  const cpuUs = ((cpuSeconds(server.pid) - before) * 1e6) / requests;
  console.log(
    `${(requests / seconds).toFixed(0)} requests per second, p50 ${p50Us.toFixed(0)} µs, ` +
      `${cpuUs.toFixed(1)} µs of processor time each (with the profiler's own)\n`,
  );
}

/** Prints where the samples fell, by function, without the time in which there was nothing to do. */
function print({ nodes, samples, timeDeltas }: Profile): void {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const totals = new Map<string, number>();
  let busyUs = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    if (name === '(idle)') continue;
    const elapsedUs = timeDeltas[index] ?? 0;
    busyUs += elapsedUs;
    totals.set(name, (totals.get(name) ?? 0) + elapsedUs);
  }
  printRanked(
    groupedBy(totals, (name) => areaOf(name)),
    busyUs,
    AREAS,
  );
  printRanked(totals, busyUs, Number(values.top));
}

function groupedBy(
  totals: ReadonlyMap<string, number>,
  keyOf: (name: string) => string,
): Map<string, number> {
  const groups = new Map<string, number>();
  for (const [name, us] of totals) groups.set(keyOf(name), (groups.get(keyOf(name)) ?? 0) + us);
  return groups;
}

/** The room of the source that a function is in, its package, or what of Node it belongs to. */
function areaOf(name: string): string {
  const place = name.split('  ')[1];
  if (place === undefined) return name;
  if (place.startsWith('node:')) return `node:${place.slice(5).split(/[/:]/, 2).join('/')}`;
  const folder = /node_modules\/((?:@[^/]+\/)?[^/]+)|src\/([^/]+)\//.exec(place);
  return folder?.[1] ?? folder?.[2] ?? place;
}

function printRanked(totals: ReadonlyMap<string, number>, busyUs: number, count: number): void {
  const ranked = [...totals].sort(([, a], [, b]) => b - a).slice(0, count);
  for (const [name, us] of ranked) {
    console.log(
      `${((us / busyUs) * 100).toFixed(1).padStart(5)} %  ${(us / 1000).toFixed(0).padStart(6)} ms  ${name}`,
    );
  }
  console.log('');
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `${name}  ${url.replace(ROOT, '')}:${lineNumber + 1}`;
}
