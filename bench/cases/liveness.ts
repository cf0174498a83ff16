// Owns the longest turn of a liveness pass: how long a pass over 20,000 leases keeps everybody else waiting.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import type { Coordinator } from '../../src/coordinator/contract.ts';
import { startCoordinator } from '../../src/coordinator/coordinator.ts';
import { createScheduler } from '../../src/coordinator/scheduler.ts';
import { DEFAULT_TIMINGS } from '../../src/coordinator/timings.ts';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';
import { createClock } from '../../src/os/clock.ts';
import type { PortTable, ProcessTable } from '../../src/os/os.ts';
import { createPortTable, createProcessTable } from '../../src/os/platform.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { allocateRequest } from '../../test/fixtures/core-desk.ts';
import type { Case } from '../bench.ts';
import type { Row } from '../report.ts';
import { BULK_RANGE, BULK_TYPE } from '../servers.ts';
import { median, quantile, spread } from '../statistics.ts';

const LIMIT_MS = 20;
const PASSES_PER_ALTERNATION = 2;
const WARM_UP_PASSES = 3;
/** Passes follow each other this closely, and each does all that a pass may do. */
const PASS_MS = 100;

/** Shorter turns are those in which nobody had any work. */
const EMPTY_TURN_MS = 0.1;

const HOLDERS = 40;
const LISTENERS = 100;
const HELD = 200;
const LEASES_PER_PROJECT = 10;

/** The turns of the event loop during one pass that were not empty, in ms. */
type Turns = readonly { readonly tookMs: number; readonly cpuMs: number }[];

export const liveness: Case = {
  name: 'liveness',
  summary: 'the longest turn of the event loop while a pass looks at 20,000 leases',
  async run({ plan, say }) {
    say(`liveness: granting ${plan.leases} leases`);
    const sleepers = Array.from({ length: HOLDERS }, () => spawn('sleep', ['3600'], { stdio: 'ignore' }));
    const servers: Server[] = [];
    const passes = watchTurns(createPortTable());
    const coordinator = await startBusyCoordinator(passes.table, sleepers, servers, plan.leases);
    try {
      say('liveness: passes');
      const count = plan.alternations * PASSES_PER_ALTERNATION;
      const quiet = (await passes.take(WARM_UP_PASSES + count)).slice(WARM_UP_PASSES);
      for (const child of sleepers) child.kill();
      say('liveness: half of the holders are dead');
      const busy: Turns[] = [];
      do busy.push(...(await passes.take(1)));
      while ((await leaseCount(coordinator)) > plan.leases / 2 + HELD + LISTENERS);
      return [
        rowOf(`longest turn of a liveness pass over ${plan.leases} leases`, quiet, LIMIT_MS),
        // There is only one of these, which is too few to judge by.
        rowOf('the same, while half of them end', [busy.flat()], null),
      ];
    } finally {
      passes.stop();
      await coordinator.stop();
      for (const server of servers) server.close();
      for (const child of sleepers) child.kill();
    }
  },
};

function rowOf(what: string, passes: readonly Turns[], limit: number | null): Row {
  const turns = Float64Array.from(passes.flat(), ({ tookMs }) => tookMs).sort();
  const cpu = median(passes.map((pass) => Math.max(...pass.map(({ cpuMs }) => cpuMs))));
  return {
    what,
    measured: spread(passes.map((pass) => Math.max(...pass.map(({ tookMs }) => tookMs)))),
    unit: 'ms',
    limit,
    detail: `p99 of ${turns.length} turns ${quantile(turns, 0.99).toFixed(1)} ms; most processor time of a turn ${cpu.toFixed(1)} ms`,
  };
}

function leaseCount(coordinator: Coordinator): Promise<number> {
  return coordinator.query(({ state }) => state.leaseCount);
}

/** A coordinator as on a machine of many agents: half of its leases name a process, some are held, some are served. */
async function startBusyCoordinator(
  ports: PortTable,
  sleepers: readonly ChildProcess[],
  servers: Server[],
  leases: number,
): Promise<Coordinator> {
  const [start, end] = BULK_RANGE;
  const catalogue = testCatalogue([serviceType(BULK_TYPE, start, end)]);
  const processes = createProcessTable();
  let lockIds = 0;
  const coordinator = await startCoordinator({
    store: createMemoryStore(),
    probe: { taken: () => [] },
    ports,
    processes,
    clock: createClock(),
    scheduler: createScheduler(),
    catalogue: () => catalogue,
    newLockId: () => `lk_${++lockIds}`,
    directoryExists: () => true,
    onFault: (error) => {
      throw error;
    },
    timings: { ...DEFAULT_TIMINGS, tickMs: PASS_MS, passMs: PASS_MS, housekeepingMs: PASS_MS },
  });
  const holders = sleepers.map(({ pid }) => identify(processes, pid));
  for (let i = 0; i < leases; i++) {
    const { lockId, port } = await grant(
      coordinator,
      i,
      i % 2 === 0 ? holders[(i / 2) % HOLDERS] : undefined,
    );
    if (i < HELD) await coordinator.hold(lockId);
    else if (isServed(i))
      servers.push(
        createServer()
          .on('error', () => {})
          .listen(port),
      );
  }
  return coordinator;
}

function isServed(index: number): boolean {
  return index >= HELD && index < HELD + LISTENERS;
}

async function grant(coordinator: Coordinator, index: number, holder: ProcessIdentity | undefined) {
  const project = Math.floor(index / LEASES_PER_PROJECT);
  const outcome = await coordinator.submit<'allocate'>({
    kind: 'allocate',
    request: allocateRequest({
      serviceType: BULK_TYPE,
      serviceName: `service-${index}`,
      // What this process serves is of the project that it runs in.
      projectPath: isServed(index) ? process.cwd() : `/src/project-${project}`,
      instanceId: `session-${project % HOLDERS}`,
      pid: holder?.pid ?? null,
      process: holder ?? null,
    }),
    requestId: `request-${index}`,
  });
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.reply.snapshot.lease;
}

function identify(processes: ProcessTable, pid: number | undefined): ProcessIdentity {
  const identity = pid === undefined ? null : processes.identify(pid);
  if (identity === null) throw new Error(`there is no process ${pid}`);
  return identity;
}

/**
 * Times every turn of the event loop. A pass begins with a reading of the table of listeners, and counts until the next
 * one does.
 */
function watchTurns(table: PortTable): {
  readonly table: PortTable;
  take(passes: number): Promise<Turns[]>;
  stop(): void;
} {
  let isStopped = false;
  let lastMs = performance.now();
  let lastCpuUs = cpuUs();
  let current: { tookMs: number; cpuMs: number }[] | null = null;
  let done: (pass: Turns) => void = () => {};
  const beat = (): void => {
    const [now, cpu] = [performance.now(), cpuUs()];
    const tookMs = now - lastMs;
    // Whatever else runs on the machine makes a turn longer, but costs it no processor time.
    if (tookMs > EMPTY_TURN_MS) current?.push({ tookMs, cpuMs: (cpu - lastCpuUs) / 1000 });
    [lastMs, lastCpuUs] = [now, cpu];
    if (!isStopped) setImmediate(beat);
  };
  beat();
  return {
    table: {
      ...table,
      listeners: (query) => {
        if (current !== null) done(current);
        current = [];
        return table.listeners(query);
      },
    },
    take(passes) {
      const taken: Turns[] = [];
      return new Promise((resolve) => {
        done = (pass) => {
          taken.push(pass);
          if (taken.length === passes) resolve(taken);
        };
      });
    },
    stop() {
      isStopped = true;
    },
  };
}

/** What this thread has used, in µs. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
