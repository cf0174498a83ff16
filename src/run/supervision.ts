// Owns the time between a command's start and the end of its last process: signals go in, its ending comes out.

import type { Home } from '../home.ts';
import { sendSignal } from '../os/send-signal.ts';
import { endTree, type TreeWorld } from '../os/tree-ending.ts';
import { type ChildOptions, startChild } from './child.ts';
import type { Ending } from './exit-status.ts';
import { type Mark, type Members, memberFinder, type Processes } from './members.ts';
import { spareDaemon } from './own-daemon.ts';
import { type ReceiveSignals, receiveSignals } from './signals.ts';

/** How long a command that was asked to end by SIGTERM may take before it is killed, in ms. */
const TERM_GRACE_MS = 5_000;
/**
 * How long after a look at the tree comes the next one while the command runs, in ms: soon at first, since most of it
 * starts then. A program that clears its environment, or writes its title over it, is found by its parents alone, and
 * only while they live.
 */
const FIRST_LOOK_MS = 250;
const MAX_LOOK_MS = 5_000;

export interface Supervised extends ChildOptions {
  /** The home whose daemon is spared, also where the command started it. */
  readonly home: Home;
  readonly words: readonly string[];
  /** Where signals for the command come from; this process's own unless given. */
  readonly receive?: ReceiveSignals | undefined;
  readonly mark: Mark | null;
  /** How long it may take to end at SIGTERM before it is killed, in ms; five seconds unless given. */
  readonly termGraceMs?: number;
  /** Whether what it leaves behind is none of ours to end, as the containers of an engine without a daemon. */
  readonly leavesRest?: boolean;
  /** Called once when the command was started. */
  readonly onStarted: (started: Started) => void;
}

/** A command that was started. */
export interface Started {
  /** Ends it with all its processes, as if it had been asked to by SIGTERM. */
  stop(): void;
  /** Whether a process is one of the command's. */
  isMember(pid: number): Promise<boolean>;
}

export interface Supervision {
  readonly ending: Ending;
  /** Whether a signal came in for the command: somebody wants it to end, or to do something. */
  readonly wasSignalled: boolean;
}

/**
 * Runs a command to its end, passes signals on to it, and ends every process that it leaves behind, unless it may.
 *
 * Only SIGTERM has a deadline: to reload on SIGHUP, or to ask back on SIGINT, is a program's good right. SIGKILL, which no
 * process receives itself, is for the whole tree.
 *
 * @param loadProcesses gives the system's view of processes; called after the start, which it shall not delay
 */
export async function supervise(
  {
    home,
    words,
    mark,
    onStarted,
    receive = receiveSignals,
    termGraceMs = TERM_GRACE_MS,
    leavesRest = false,
    ...options
  }: Supervised,
  loadProcesses: () => Promise<Processes>,
): Promise<Supervision> {
  let signals = 0;
  let hasEnded = false;
  let isImpatient = false;
  let members: Members | null = null;
  let world: TreeWorld | null = null;
  const whenKnown = Promise.withResolvers<TreeWorld>();
  let deadline: NodeJS.Timeout | undefined;
  let nextLook: NodeJS.Timeout | undefined;

  const lookAgain = (known: Members, afterMs: number): void => {
    nextLook = setTimeout(() => {
      known.look();
      lookAgain(known, Math.min(2 * afterMs, MAX_LOOK_MS));
    }, afterMs);
  };
  const stopReceiving = receive(({ signal, isForCommand }) => {
    signals += 1;
    if (hasEnded) {
      // The first one may be the very ctrl-C that ended the command; whoever sends another does not want to wait.
      isImpatient ||= signals > 1;
      return;
    }
    // What is below the command now may be nobody's child once the command is gone.
    members?.find();
    if (signal === 'SIGKILL') void whenKnown.promise.then((known) => endTree(known, 0));
    else if (isForCommand) child.kill(signal);
    if (signal !== 'SIGTERM') return;
    deadline ??= setTimeout(() => {
      if (world !== null && !hasEnded) void endTree(world, 0);
    }, termGraceMs);
  });
  const child = startChild(words, options);
  try {
    if (child.pid === null) return { ending: await child.ended, wasSignalled: false };
    void child.ended.then(() => {
      hasEnded = true;
      clearTimeout(deadline);
      clearTimeout(nextLook);
    });
    onStarted({
      stop: () => void whenKnown.promise.then((known) => endTree(known)),
      isMember: async (pid) => (await whenKnown.promise).find().some((member) => member.pid === pid),
    });
    const processes = await loadProcesses();
    const spare = spareDaemon(home, processes);
    members = memberFinder(processes, child.pid, mark, () => !hasEnded, spare);
    world = {
      find: members.find,
      life: (identity) => processes.life(identity),
      signal: sendSignal,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    };
    members.look();
    if (!hasEnded) lookAgain(members, FIRST_LOOK_MS);
    whenKnown.resolve(world);
    const ending = await child.ended;
    if (!leavesRest) await endTree(world, undefined, () => isImpatient);
    return { ending, wasSignalled: signals > 0 };
  } finally {
    clearTimeout(deadline);
    clearTimeout(nextLook);
    stopReceiving();
  }
}
