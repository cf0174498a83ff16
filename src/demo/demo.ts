// Owns the demo's story: three checkouts want the same two ports at once, and each of its claims is checked.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllocateAnswer, AllocationsAnswer, CheckAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { homeAt } from '../home.ts';
import { type Checkout, makeCheckouts } from './checkouts.ts';
import { Company, type Member, type Self } from './company.ts';
import { fetchPage } from './page.ts';
import { failed, waitFor } from './patience.ts';
import { answeringPid, DEMO_SERVERS, type DemoServer } from './servers.ts';

const START_TIMEOUT_MS = 20_000;
const STEP_TIMEOUT_MS = 10_000;
/** How often a server may be started in all: between grant and start, any program may take the port. */
const MAX_STARTS = 3;

/** One server of one checkout, as it was found running. */
export interface DemoRow {
  readonly checkout: string;
  readonly service: string;
  readonly wanted_port: number;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** What the URL answered; it names the checkout and the process. */
  readonly answer: string;
}

/** What happened to the server that was ended by `kill -9`. */
export interface DemoKill {
  readonly checkout: string;
  readonly service: string;
  readonly pid: number;
  readonly port: number;
  /** The lease that had the port before, and the one that got it afterwards. */
  readonly ended_lock_id: string;
  readonly next_lock_id: string;
}

export interface DemoReport {
  readonly success: true;
  readonly rows: readonly DemoRow[];
  readonly killed: DemoKill;
  /** What was different on this machine, such as a wanted port that another program has. */
  readonly notes: readonly string[];
  /** Counted after the end: nothing. */
  readonly left: { readonly processes: 0; readonly files: 0 };
}

export interface DemoOptions {
  readonly self: Self;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the demo early; it cleans up all the same. */
  readonly signal: AbortSignal;
  /** Called as the story goes on. */
  readonly onRows: (rows: readonly DemoRow[], notes: readonly string[]) => void;
  readonly onKilled: (killed: DemoKill) => void;
}

interface Running {
  readonly checkout: Checkout;
  readonly server: DemoServer;
  /** Another one once the first lost its port to a program that asks nobody. */
  run: Member;
  startsLeft: number;
}

/**
 * Plays the demo in a temporary directory and leaves nothing behind, also when it fails or is interrupted.
 *
 * @throws StyxyError NOT_FOUND when git is missing, INTERNAL when a claim is not true; the signal's reason
 */
export async function playDemo(options: DemoOptions): Promise<DemoReport> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-demo-'));
  const env = demoEnvironment(options.env, join(root, 'home'));
  const company = new Company(options.self, env);
  let story: Omit<DemoReport, 'success' | 'left'>;
  let processes: readonly number[] = [];
  try {
    mkdirSync(join(root, 'home'), { mode: 0o700 });
    const daemon = company.start('the daemon', ['daemon', 'run'], root);
    const making = makeCheckouts(root, DEMO_SERVERS, env, signal);
    const reaching = reachDaemon(root, daemon, env, signal);
    const [checkouts, client] = await allOrNone([making, reaching], failure);
    story = await play(checkouts, client, company, { ...options, signal }, failure);
  } finally {
    processes = await company.endAll();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
  if (processes.length > 0) throw failed(`These processes are left: ${processes.join(', ')}`);
  if (statSync(root, { throwIfNoEntry: false }) !== undefined) throw failed(`${root} is left`);
  return { success: true, ...story, left: { processes: 0, files: 0 } };
}

async function play(
  checkouts: readonly Checkout[],
  client: Client,
  company: Company,
  { signal, onRows, onKilled }: DemoOptions,
  failure: AbortController,
): Promise<Omit<DemoReport, 'success' | 'left'>> {
  const running: readonly Running[] = checkouts.flatMap((checkout) =>
    DEMO_SERVERS.map((server) => {
      const run = startServer(company, checkout, server);
      return { checkout, server, run, startsLeft: MAX_STARTS - 1 };
    }),
  );
  const rows = await allOrNone(
    running.map((each) => rowOf(each, company, client, signal)),
    failure,
  );
  rows.forEach(({ pid }, index) => {
    const starter = running[index]?.run;
    if (starter !== undefined) company.know(pid, starter);
  });
  if (new Set(rows.map(({ port }) => port)).size !== rows.length) throw failed('Two servers have one port');
  const notes = await notesOf(rows, client);
  onRows(rows, notes);

  // The second checkout's first server: not one that had its way anyhow.
  const victim = DEMO_SERVERS.length;
  const [row, server] = [rows[victim], running[victim]];
  if (row === undefined || server === undefined) throw failed('There is no server to end');
  const killed = await killServer(row, server, client, signal);
  onKilled(killed);
  return { rows, killed, notes };
}

function startServer(company: Company, checkout: Checkout, server: DemoServer): Member {
  const { name, serviceType, wantedPort, file, args } = server;
  const wish = ['-s', serviceType, '-n', name, '-p', String(wantedPort)];
  const command = [process.execPath, file, ...args];
  return company.start(`${name} of ${checkout.name}`, ['run', ...wish, '--', ...command], checkout.path);
}

/** Waits until the URL of a server answers from the right checkout, by a process that its `styxy run` started. */
async function rowOf(each: Running, company: Company, client: Client, signal: AbortSignal): Promise<DemoRow> {
  const { checkout, server } = each;
  let strange: string | null = null;
  const probe = async (): Promise<DemoRow | null> => {
    restartWhereRobbed(each, company);
    const lease = await leaseOf(checkout, server, client);
    if (lease === null || lease.url === null || lease.pid !== each.run.pid) return null;
    const answer = (await fetchPage(lease.url, STEP_TIMEOUT_MS))?.trim();
    if (answer === undefined) return null;
    const pid = answeringPid(answer, { name: server.name, checkout: checkout.name, starter: each.run.pid });
    if (pid === null) {
      // Whoever was faster to take the port: our own server cannot start there, and its run ends.
      strange = `${lease.url} answers "${answer}"`;
      return null;
    }
    const { port, url } = lease;
    const { name: service, wantedPort: wanted_port } = server;
    return { checkout: checkout.name, service, wanted_port, pid, port, url, answer };
  };
  try {
    return await waitFor(`${each.run.title} to answer`, probe, signal, START_TIMEOUT_MS);
  } catch (error) {
    if (strange === null || signal.aborted) throw error;
    throw failed(`${strange}, which is not ${each.run.title}`);
  }
}

/** Starts a server anew whose port was taken at the last moment; that it ended otherwise is a failure. */
function restartWhereRobbed(each: Running, company: Company): void {
  if (each.run.ending() === null) return;
  const output = each.run.output();
  if (each.startsLeft === 0 || !output.includes('EADDRINUSE')) {
    throw failed(`${each.run.title} ended at once:\n${output}`);
  }
  each.startsLeft -= 1;
  each.run = startServer(company, each.checkout, each.server);
}

async function killServer(
  row: DemoRow,
  { checkout, server, run }: Running,
  client: Client,
  signal: AbortSignal,
): Promise<DemoKill> {
  const lease = await leaseOf(checkout, server, client);
  if (lease === null || lease.pid !== run.pid) throw failed(`${run.title} has no lease`);
  process.kill(row.pid, 'SIGKILL');
  await waitFor(
    `the lease of port ${row.port} to end`,
    async () => ((await leaseOf(checkout, server, client)) === null ? true : null),
    signal,
    STEP_TIMEOUT_MS,
  );
  const status = await waitFor(
    `styxy run of ${run.title} to end`,
    () => run.ending(),
    signal,
    STEP_TIMEOUT_MS,
  );
  if (status !== 137) throw failed(`styxy run of ${run.title} ended with ${status} instead of 137`);
  const body = { service_type: server.serviceType, preferred_port: row.port, exact: true, ttl_seconds: 60 };
  const next = await waitFor(
    `port ${row.port} to come back`,
    async () => {
      const reply = await client.request<AllocateAnswer>('POST', '/allocate', body);
      return reply.status === 409 ? null : expectOk(reply);
    },
    signal,
    STEP_TIMEOUT_MS,
  );
  if (next.port !== row.port) throw failed(`Port ${next.port} was granted instead of ${row.port}`);
  const { checkout: name, service, pid, port } = row;
  return { checkout: name, service, pid, port, ended_lock_id: lease.lock_id, next_lock_id: next.lock_id };
}

async function leaseOf(checkout: Checkout, server: DemoServer, client: Client): Promise<LeaseJson | null> {
  const path = `/allocations?project_path=${encodeURIComponent(checkout.path)}`;
  const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
  return allocations.find(({ service_name }) => service_name === server.name) ?? null;
}

/** Says who has a wanted port that none of the checkouts got. */
async function notesOf(rows: readonly DemoRow[], client: Client): Promise<string[]> {
  const notes: string[] = [];
  for (const { wantedPort } of DEMO_SERVERS) {
    if (rows.some(({ port }) => port === wantedPort)) continue;
    const check = expectOk(await client.request<CheckAnswer>('GET', `/check/${wantedPort}`));
    const { process: name = null, pid = null } = check.system_usage ?? {};
    const who = name === null ? 'another program' : pid === null ? name : `${name} (pid ${pid})`;
    notes.push(`Port ${wantedPort} is taken on this machine by ${who}, so it was left alone.`);
  }
  return notes;
}

async function reachDaemon(
  root: string,
  daemon: Member,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Client> {
  const home = homeAt(join(root, 'home'));
  return await waitFor(
    'the daemon to answer',
    async () => {
      if (daemon.ending() !== null) throw failed(`The daemon ended at once:\n${daemon.output()}`);
      return await connect({ home, env, autostart: false }).catch(() => null);
    },
    signal,
    START_TIMEOUT_MS,
  );
}

/** Its own home and any free API port; nothing of a surrounding Styxy, which is somebody's real one. */
function demoEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const foreign = /^(?:STYXY_.*|PORT)$/;
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
  return { ...own, STYXY_HOME: home, STYXY_API_PORT: '0', STYXY_AUTOSTART: '0' };
}

/** As `Promise.all`, but when one fails the others are told to stop, and have stopped when it throws. */
async function allOrNone<const T extends readonly Promise<unknown>[]>(
  promises: T,
  failure: AbortController,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  for (const promise of promises) promise.catch((error: unknown) => failure.abort(error));
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
