// Owns the daemon's process: its arguments, its first and last words, signals, and what becomes of a bug.

import { closeSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { otherPort } from '../api/other-port.ts';
import { ERRORS, StyxyError } from '../errors.ts';
import { resolveHome } from '../home.ts';
import { isSocketAt, takePassedSocket } from './activation.ts';
import { errorProblem } from './problem-answer.ts';
import { answerRefused } from './refused-start.ts';
import { type RunningDaemon, runDaemon } from './run-daemon.ts';
import { takeServiceManager } from './service-manager.ts';
import { BUG_STATUS, stopOnSignals } from './shutdown.ts';
import { startWatchdog } from './watchdog.ts';

const REFUSED_STATUS = 1;
const USAGE_STATUS = 2;
/** EX_TEMPFAIL of sysexits: the same start can succeed later. */
const PASSING_STATUS = 75;
/** How long a refusal is told at the socket that a service manager passed, which starts the daemon again after it. */
const REFUSAL_MS = 1_000;
/** What may pass is tried again, and each try costs a start: not more often than this. */
const PASSING_REFUSAL_MS = 5_000;

// Nothing that the daemon creates is for anybody else.
process.umask(0o077);
// No directory of anybody, wherever it was started: it could not be unmounted or removed as long as the daemon lives.
if (process.platform !== 'win32') process.chdir('/');
// What nobody hears any more must not end the daemon: it outlives the terminal that it was started from.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { notifyFd, isJson, ...asked } = readArguments(process.argv.slice(2));
const exit = (status: number): void => process.exit(status);
const manager = takeServiceManager(process.env);
const passed = findPassedSocket();

runDaemon({ env: process.env, ...asked, passedFd: passed?.fd ?? null, exit }).then(
  (daemon) => begin(daemon),
  (error: unknown) => giveUp(error),
);

function begin({ home, port, askedPort, socket, shutdown, log, selfCheck }: RunningDaemon): void {
  process.on('uncaughtException', shutdown.dieOfBug);
  process.on('unhandledRejection', shutdown.dieOfBug);
  stopOnSignals(shutdown, exit);
  notify({ ready: true, pid: process.pid });
  if (manager !== null) {
    void manager.tell('READY=1').then((isTold) => {
      if (!isTold) log.warn({}, 'the service manager could not be told that the daemon is ready');
    });
    startWatchdog({ manager, check: selfCheck, log });
  }
  const { pid } = process;
  if (isJson) printJson({ success: true, pid, home: home.dir, port, socket: socket && home.socket });
  if (asked.isForeground && askedPort !== 0 && port !== askedPort)
    process.stderr.write(`styxy: ${otherPort(askedPort, port)}\n`);
  if (process.stderr.isTTY) {
    const places = [socket === null ? null : home.socket, port === null ? null : `http://127.0.0.1:${port}`];
    process.stderr.write(`styxy: ready on ${places.filter(Boolean).join(' and ')} (pid ${process.pid})\n`);
  }
  // Not before now: loading the logger takes a quarter of a start.
  log.open().catch(shutdown.dieOfBug);
}

function giveUp(error: unknown): void {
  const known = error instanceof StyxyError ? error : null;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `styxy: ${known === null ? `the daemon has a bug: ${stack}` : `${known.message}. ${known.hint}`}\n`,
  );
  const problem = errorProblem(
    known ?? new StyxyError('INTERNAL', 'the daemon could not start because of a bug'),
  );
  notify(problem);
  if (isJson) printJson(problem);
  const status = statusOf(known);
  // Unless it was closed already, with everything that had begun to serve.
  if (passed === null || !isSocketAt(passed.fd, passed.path)) exit(status);
  else {
    const forMs = status === REFUSED_STATUS ? REFUSAL_MS : PASSING_REFUSAL_MS;
    answerRefused(passed.fd, problem, forMs).finally(() => exit(status));
  }
}

function findPassedSocket(): { readonly fd: number; readonly path: string } | null {
  try {
    const path = resolveHome(process.env).socket;
    const fd = takePassedSocket(process.env, path);
    return fd === null ? null : { fd, path };
  } catch {
    // What is wrong with the home is said by the start itself.
    return null;
  }
}

/** What a service manager goes by: a start that was refused is refused again, a bug or a full disk may pass. */
function statusOf(known: StyxyError | null): number {
  if (known === null) return BUG_STATUS;
  return ERRORS[known.code].retriable ? PASSING_STATUS : REFUSED_STATUS;
}

/** By a system call: nothing is lost when the process ends at once. */
function printJson(document: object): void {
  try {
    writeSync(1, `${JSON.stringify(document, null, 2)}\n`);
  } catch {
    // Nobody reads it.
  }
}

function notify(word: object): void {
  if (notifyFd === null) return;
  try {
    writeSync(notifyFd, `${JSON.stringify(word)}\n`);
    closeSync(notifyFd);
  } catch {
    // Whoever wanted to know went away meanwhile.
  }
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'notify-fd': { type: 'string' },
        listen: { type: 'string' },
        'dangerously-listen': { type: 'boolean' },
        json: { type: 'boolean' },
        background: { type: 'boolean' },
        'take-over': { type: 'boolean' },
        'home-inode': { type: 'string' },
      },
    });
    const fd = values['notify-fd'];
    if (fd !== undefined && !/^\d{1,4}$/.test(fd)) throw new Error(`--notify-fd ${fd} is no descriptor`);
    return {
      notifyFd: fd === undefined ? null : Number(fd),
      isJson: values.json ?? false,
      listen: values.listen,
      dangerouslyListen: values['dangerously-listen'] ?? false,
      isForeground: values.background !== true,
      homeInode: values['home-inode'],
      isTakenOver: values['take-over'] ?? false,
    };
  } catch (error) {
    process.stderr.write(`styxy: ${(error as Error).message}\n`);
    process.exit(USAGE_STATUS);
  }
}
