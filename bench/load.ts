// Owns the load process: it opens connections, sends requests as fast as they are answered, and says what it saw.

import { bareRequest, type KeepAlive, openKeepAlive, postRequest } from './keep-alive.ts';
import { type Churn, type Fill, type Job, type LoadResult, type Reply, requestBody } from './load-jobs.ts';
import { quantile } from './statistics.ts';

const MAX_SAMPLES = 1_000_000;
const FILL_CONNECTIONS = 16;

/** Counts answers, and ends the job at the first that is not what was asked for. */
interface Ledger {
  readonly latenciesMs: Float64Array;
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
  const ledger: Ledger = { latenciesMs: new Float64Array(MAX_SAMPLES), requests: 0, fail: failing.reject };
  const count = job.kind === 'churn' ? job.connections : FILL_CONNECTIONS;
  const connections = await Promise.all(
    Array.from({ length: count }, () => openKeepAlive(job.socket, ledger.fail)),
  );
  try {
    const began = performance.now();
    const work = job.kind === 'churn' ? churn(job, connections, ledger) : fill(job, connections, ledger);
    await Promise.race([work, failing.promise]);
    const seconds = (performance.now() - began) / 1000;
    const sorted = ledger.latenciesMs.subarray(0, Math.min(ledger.requests, MAX_SAMPLES)).sort();
    const { requests } = ledger;
    return { requests, seconds, p50Us: quantile(sorted, 0.5) * 1000, p99Us: quantile(sorted, 0.99) * 1000 };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function churn(job: Churn, connections: readonly KeepAlive[], ledger: Ledger): Promise<void> {
  const until = performance.now() + job.durationMs;
  await Promise.all(
    connections.map(
      (connection, index) =>
        new Promise<void>((done) => {
          const body = job.keyed ? requestBody(job.serviceType, index, 0) : { service_type: job.serviceType };
          const request = postRequest('/allocate', body);
          const allocate = (): void => {
            if (performance.now() >= until) done();
            else timed(connection, request, ledger, 'granted', release);
          };
          const release = (lockId: string): void =>
            timed(connection, bareRequest('DELETE', `/allocate/${lockId}`), ledger, 'released', allocate);
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
          const next = (): void => {
            if (begun >= job.leases) {
              done();
              return;
            }
            const project = Math.floor(begun / job.leasesPerProject);
            const body = {
              ...requestBody(job.serviceType, project, begun % job.leasesPerProject),
              instance_id: `agent-session-${project}.terminal`,
              // The instances send no heartbeats while the leases are looked at.
              ttl_seconds: 24 * 3600,
            };
            begun += 1;
            timed(connection, postRequest('/allocate', body), ledger, 'granted', next);
          };
          next();
        }),
    ),
  );
}

function timed(
  connection: KeepAlive,
  request: string,
  ledger: Ledger,
  wanted: 'granted' | 'released',
  next: (lockId: string) => void,
): void {
  const began = performance.now();
  connection.send(request, (status, lockId) => {
    if (ledger.requests < MAX_SAMPLES) ledger.latenciesMs[ledger.requests] = performance.now() - began;
    ledger.requests += 1;
    const isGood = wanted === 'granted' ? status === 201 : status === 200;
    if (!isGood || lockId === null)
      ledger.fail(new Error(`status ${status} instead of ${wanted} for ${request}`));
    else next(lockId);
  });
}
