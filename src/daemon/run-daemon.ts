// Owns the wiring: opens the home, takes its lock, and connects store, system, coordinator, routes and sockets.

import type { Server } from 'node:http';
import { listenAddresses } from '../api/listen-address.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import { StyxyError } from '../errors.ts';
import { openAuthToken } from '../home/auth-token.ts';
import { type Home, resolveApiPort, resolveHome, socketAddress } from '../home.ts';
import type { SetAside, Store } from '../store/store.ts';
import { noteRepairs } from './audit-notes.ts';
import { catchUp, createConfigurationChange, payDebts } from './configuration-change.ts';
import type { DaemonContext } from './context.ts';
import { namedPid, writeDaemonInfo } from './daemon-info.ts';
import { noteDamagedCopies } from './damaged-copies.ts';
import { createDashboardParts } from './dashboard-parts.ts';
import { createDirectoryLook } from './directory-look.ts';
import { numberOfStart } from './event-journal.ts';
import { createEventStreams } from './event-streams.ts';
import { createHolderFacts } from './holder-facts.ts';
import { createHolds } from './holds.ts';
import { refuseOtherHome, setUpHome } from './home-setup.ts';
import { type HomeWatch, watchHome } from './home-watch.ts';
import { lockHolder } from './lock-holder.ts';
import { createLockIds } from './lock-ids.ts';
import { createLog, type DaemonLog } from './logs.ts';
import { createLoopDelay } from './loop-delay.ts';
import { observed } from './observed-store.ts';
import { readPlace, settlePlace } from './place.ts';
import { createRangeFile, type RangeFile } from './range-file.ts';
import { noteRecovery } from './recovery-summary.ts';
import type { Settings } from './settings.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
import { withRetries } from './store-retries.ts';
import { createTally } from './tally.ts';
import { createSelfCheck, ownAddress, type SelfCheck } from './watchdog.ts';

export interface DaemonOptions {
  /** STYXY_HOME, STYXY_API_PORT, STYXY_LOG_LEVEL. */
  readonly env: NodeJS.ProcessEnv;
  /** An address to listen on instead of loopback. */
  readonly listen?: string | undefined;
  /** Whether that address may be reached from other machines. */
  readonly dangerouslyListen?: boolean;
  /** Whether somebody runs it, and not a client that needed it. */
  readonly isForeground?: boolean;
  /** Device and inode of the directory that is meant by STYXY_HOME, where it may be another one for this process. */
  readonly homeInode?: string | undefined;
  /** Whether the home is to be served from here, wherever its last daemon ran. */
  readonly isTakenOver?: boolean;
  /** The home's socket, where a service manager listens on it already. */
  readonly passedFd?: number | null;
  /** Ends the process, after a stop that was asked for over HTTP, or after a bug. */
  readonly exit: (status: number) => void;
}

export interface RunningDaemon {
  readonly home: Home;
  readonly socket: string | null;
  readonly port: number | null;
  /** The TCP port that was asked for; 0 for any. */
  readonly askedPort: number;
  readonly shutdown: Shutdown;
  readonly log: DaemonLog;
  readonly selfCheck: SelfCheck;
}

/**
 * Starts the daemon of a home and resolves once it answers.
 *
 * The lock of the store is taken before anything else is loaded, so that a second daemon ends cheaply.
 *
 * @throws StyxyError ALREADY_RUNNING, HOME_UNSAFE, HOME_UNUSABLE, STORE_NEWER, STORE_FULL, STORE_UNAVAILABLE,
 *   INVALID_REQUEST for an address or a port that cannot be meant
 */
export async function runDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const addresses = listenAddresses(options.listen, options.dangerouslyListen ?? false);
  const askedPort = resolveApiPort(options.env);
  const home = resolveHome(options.env);
  refuseOtherHome(home, options.homeInode);
  setUpHome(home);
  const log = createLog(home, options.env.STYXY_LOG_LEVEL);
  const copies = noteDamagedCopies(home.backups, log);
  let store = await openStore(home, log);
  let coordinator: Coordinator | null = null;
  let watch: HomeWatch | null = null;
  let settings: Settings | null = null;
  let rangeFile: RangeFile | null = null;
  const servers: Server[] = [];
  const holds = createHolds();
  const events = createEventStreams({ before: numberOfStart(Date.now()), wall: Date.now });
  const shutdown = createShutdown({
    home,
    log,
    streams: [holds, events],
    servers: () => servers,
    coordinator: () => coordinator,
    homeWatch: () => watch,
    onStop: async () => {
      settings?.stop();
      await rangeFile?.written();
    },
    exit: options.exit,
  });
  const end = (reason: string): void => {
    shutdown.stop(reason).then(
      () => options.exit(0),
      (error: unknown) => shutdown.dieOfBug(error),
    );
  };
  const followConfiguration = createConfigurationChange({
    coordinator: () => coordinator,
    rangeFile: () => rangeFile,
    log,
  });
  try {
    const place = readPlace();
    await settlePlace(home, store, place, options.isTakenOver ?? false);
    const token = openAuthToken(home.token);
    const [{ loadSettings }, { startCoordinator }, { createScheduler }, system, api] = await Promise.all([
      import('./settings.ts'),
      import('../coordinator/coordinator.ts'),
      import('../coordinator/scheduler.ts'),
      loadSystem(),
      import('./serve.ts'),
    ]);
    const loaded = await loadSettings({
      home,
      log,
      ownPort: askedPort === 0 ? null : askedPort,
      onTaken: followConfiguration,
      store: () => store,
    });
    settings = loaded;
    if (loaded.synchronous === 'full') {
      // Only an open store can say what configuration was the last good one, and only opening sets this.
      await store.close();
      store = await openStore(home, log, 'full');
    }
    const file = createRangeFile({ home, log, settings: loaded, store });
    rangeFile = file;
    const tally = createTally((name) => loaded.catalogue().serviceTypes.has(name));
    let setAside: readonly SetAside[] = [];
    const started = await startCoordinator({
      store: observed(withRetries(store, loaded.retryPolicy), (found) => {
        setAside = found.setAside;
      }),
      probe: system.probe,
      ports: system.portTable,
      processes: system.processes,
      clock: system.clock,
      scheduler: createScheduler(),
      catalogue: loaded.catalogue,
      newLockId: createLockIds(),
      daemonPid: process.pid,
      holderFacts: createHolderFacts(system.portTable),
      directoryExists: createDirectoryLook(system.clock.monotonic),
      onEnded: holds.end,
      onSeen: (lease, vitals) => {
        holds.tell(lease.lockId, vitals);
        events.seen(lease, vitals);
      },
      startup: loaded.startup,
      onRange: file.follow,
      onEvent: (event) => {
        tally.event(event);
        events.event(event);
      },
      onFault: (error) => log.error({ error: describe(error) }, 'a fault in the background'),
    });
    coordinator = started;
    await payDebts(started, file);
    // The configuration may have changed while no daemon ran. What it dropped is undone before the file follows the ranges.
    await followConfiguration([], loaded.droppedBefore);
    noteRepairs(started, setAside, log);
    const recovery = noteRecovery(started, setAside.length, loaded.answer(), log);
    if (!loaded.keepsDamaged) copies.drop();
    await catchUp(started, loaded.catalogue(), file);
    let port: number | null = null;
    const socket = socketAddress(home);
    const context: DaemonContext = {
      coordinator: started,
      catalogue: loaded.catalogue,
      ...system,
      holds,
      events,
      tally,
      loopDelay: createLoopDelay(),
      token,
      ...createDashboardParts({ coordinator: started, tally, token, clock: system.clock }),
      home,
      pidNamespace: place?.pidNamespace ?? null,
      socket,
      port: () => port,
      askedPort,
      startedAt: system.clock.wall(),
      startedMonotonic: system.clock.monotonic(),
      storeKind: store.kind,
      recovery,
      healthMonitor: () => {
        const { isWatching, missIntervalMs, maxMisses } = loaded.catalogue();
        const maxFailures = Number.isFinite(maxMisses) ? maxMisses : null;
        return { enabled: isWatching, interval_ms: missIntervalMs, max_failures: maxFailures };
      },
      config: loaded.answer,
      hookPolicy: loaded.hookPolicy,
      rangeFile: file,
      placementProblem: loaded.placementProblem,
      stop: () => end('asked over HTTP'),
    };
    await api.serve(context, {
      addresses,
      port: askedPort,
      passedFd: options.passedFd ?? null,
      log,
      servers,
      onBug: shutdown.dieOfBug,
      onPort: (own) => {
        port = own;
        loaded.addOwnPort(own);
      },
    });
    const facts = {
      identity: system.processes.identify(process.pid),
      place,
      isForeground: options.isForeground ?? true,
      port,
      socket: socket === null ? null : home.socket,
      startedAt: context.startedAt,
    };
    loaded.follow();
    try {
      writeDaemonInfo(home, facts);
    } catch (error) {
      // A full disk: the leases can be read all the same, and the socket is the way here.
      log.warn({ error: describe(error) }, 'daemon.json cannot be written; it is tried again');
    }
    watch = watchHome({
      home,
      mendInfo: () => {
        if (namedPid(home) !== process.pid) writeDaemonInfo(home, facts);
      },
      onGone: () => end('its home was removed'),
    });
    log.info({ home: home.dir, socket, port }, 'the daemon is ready');
    const selfCheck = createSelfCheck({
      commit: () => started.proveStore(),
      address: () => ownAddress(socket, port),
    });
    return { home, socket, port, askedPort, shutdown, log, selfCheck };
  } catch (error) {
    for (const server of servers) server.close();
    if (coordinator === null) await store.close();
    else await (coordinator as Coordinator).stop();
    log.fatal({ error: describe(error) }, 'the daemon cannot start');
    await log.close();
    throw error;
  }
}

/** Opens the store, which is the home's lock as well. */
async function openStore(
  home: Home,
  log: DaemonLog,
  synchronous: 'normal' | 'full' = 'normal',
): Promise<Store> {
  const { openSqliteStore } = await import('../store/sqlite/sqlite-store.ts');
  try {
    return openSqliteStore({ path: home.store, backupsDir: home.backups, synchronous, log });
  } catch (error) {
    if (!(error instanceof StyxyError) || error.code !== 'ALREADY_RUNNING') throw error;
    const pid = lockHolder(home.store) ?? namedPid(home);
    const who = pid === null ? 'Another daemon' : `A daemon (pid ${pid})`;
    throw new StyxyError('ALREADY_RUNNING', `${who} serves ${home.dir}`, {
      fields: pid === null ? {} : { pid },
      cause: error,
    });
  }
}

async function loadSystem() {
  const [{ createClock }, { createPortProbe }, platform] = await Promise.all([
    import('../os/clock.ts'),
    import('../os/port-probe.ts'),
    import('../os/platform.ts'),
  ]);
  return {
    clock: createClock(),
    probe: createPortProbe(),
    portTable: platform.createPortTable(),
    processes: platform.createProcessTable(),
    processNames: platform.createProcessNames(),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
