// Owns the load process: it opens connections, sends requests as fast as they are answered, and says what it saw.

import { bareRequest, type KeepAlive, openKeepAlive, postRequest } from './keep-alive.ts';
import {
  type Ask,
  type Churn,
  type Fill,
  type Job,
  type LoadResult,
  type Reply,
  requestBody,
} from './load-jobs.ts';
import { quantile } from './statistics.ts';

const MAX_SAMPLES = 1_000_000;
const FILL_CONNECTIONS = 16;
/** As long as the paths of real checkouts are. */
const HELD_PROJECTS = '/home/developer/work/checkouts/storefront';

/** Counts answers, and ends the job at the first that is not what was asked for. */
interface Ledger {
  readonly latenciesMs: Float64Array;
  samples: number;
  requests: number;
  fail(error: Error): void;
}

process.on('message', (job: Job) => {
  runJob(job).then(
    (result) => answer({ ok: true, result }),
    (error: Error) => answer({ ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

function answer(reply: Reply): void {
  process.send?.(reply);
}

async function runJob(job: Job): Promise<LoadResult> {
  const failing = Promise.withResolvers<never>();
  const latenciesMs = new Float64Array(MAX_SAMPLES);
  const ledger: Ledger = { latenciesMs, samples: 0, requests: 0, fail: failing.reject };
  const count = job.kind === 'churn' ? job.connections : job.kind === 'fill' ? FILL_CONNECTIONS : 1;
  const connections = await Promise.all(
    Array.from({ length: count }, () => openKeepAlive(job.socket, ledger.fail)),
  );
  try {
    const began = performance.now();
    await Promise.race([work(job, connections, ledger), failing.promise]);
    const seconds = (performance.now() - began) / 1000;
    const sorted = ledger.latenciesMs.subarray(0, Math.min(ledger.samples, MAX_SAMPLES)).sort();
    const { requests } = ledger;
    return { requests, seconds, p50Us: quantile(sorted, 0.5) * 1000, p99Us: quantile(sorted, 0.99) * 1000 };
  } finally {
    for (const connection of connections) connection.close();
  }
}

function work(job: Job, connections: readonly KeepAlive[], ledger: Ledger): Promise<void> {
  if (job.kind === 'churn') return churn(job, connections, ledger);
  return job.kind === 'fill' ? fill(job, connections, ledger) : askAgain(job, connections, ledger);
}

async function askAgain(job: Ask, connections: readonly KeepAlive[], ledger: Ledger): Promise<void> {
  const until = performance.now() + job.durationMs;
  const request = bareRequest('GET', job.path);
  await Promise.all(
    connections.map(
      (connection) =>
        new Promise<void>((done) => {
          const next = (): void => {
            const began = performance.now();
            if (began >= until) {
              done();
              return;
            }
            connection.send(request, (status) => {
              ledger.requests += 1;
              if (status !== 200) ledger.fail(new Error(`status ${status} for ${job.path}`));
              sample(ledger, performance.now() - began);
              next();
            });
          };
          next();
        }),
    ),
  );
}

async function churn(job: Churn, connections: readonly KeepAlive[], ledger: Ledger): Promise<void> {
  const until = performance.now() + job.durationMs;
  await Promise.all(
    connections.map(
      (connection, index) =>
        new Promise<void>((done) => {
          const project = job.projects[index];
          const body =
            project === undefined
              ? { service_type: job.serviceType }
              : requestBody(job.serviceType, project, 0);
          const request = postRequest('/allocate', body);
          const caller = callerQuery(job, project);
          let began = 0;
          const allocate = (): void => {
            began = performance.now();
            if (began >= until) done();
            else ask(connection, request, 201, ledger, release);
          };
          const release = (lockId: string): void =>
            ask(connection, bareRequest('DELETE', `/allocate/${lockId}${caller}`), 200, ledger, released);
          const released = (): void => {
            sample(ledger, performance.now() - began);
            allocate();
          };
          allocate();
        }),
    ),
  );
}

async function fill(job: Fill, connections: readonly KeepAlive[], ledger: Ledger): Promise<void> {
  let begun = 0;
  await Promise.all(
    connections.map(
      (connection) =>
        new Promise<void>((done) => {
          let began = 0;
          const next = (): void => {
            if (begun >= job.leases) {
              done();
              return;
            }
            const number = Math.floor(begun / job.leasesPerProject);
            const body = {
              ...requestBody(job.serviceType, `${HELD_PROJECTS}-${number}`, begun % job.leasesPerProject),
              instance_id: `agent-session-${number}.terminal`,
              // The instances send no heartbeats while the leases are looked at.
              ttl_seconds: 24 * 3600,
            };
            begun += 1;
            began = performance.now();
            ask(connection, postRequest('/allocate', body), 201, ledger, granted);
          };
          const granted = (): void => {
            sample(ledger, performance.now() - began);
            next();
          };
          next();
        }),
    ),
  );
}

function callerQuery({ release }: Churn, project: string | undefined): string {
  if (release === 'forced') return '?force=true';
  return release === 'by-id' || project === undefined ? '' : `?project_path=${encodeURIComponent(project)}`;
}

function ask(
  connection: KeepAlive,
  request: string,
  wanted: number,
  ledger: Ledger,
  next: (lockId: string) => void,
): void {
  connection.send(request, (status, lockId) => {
    ledger.requests += 1;
    if (status !== wanted || lockId === null)
      ledger.fail(new Error(`status ${status} instead of ${wanted} for ${request}`));
    else next(lockId);
  });
}

function sample(ledger: Ledger, elapsedMs: number): void {
  if (ledger.samples < MAX_SAMPLES) ledger.latenciesMs[ledger.samples] = elapsedMs;
  ledger.samples += 1;
}
