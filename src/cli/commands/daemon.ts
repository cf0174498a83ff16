// Owns `styxy daemon`: start, stop, restart, status, and the daemon in the foreground.

import { listenAddresses } from '../../api/listen-address.ts';
import type { StatusAnswer } from '../../api/schemas-daemon.ts';
import { type Client, connect, expectOk } from '../../client/client.ts';
import { refuseNewerDaemon } from '../../client/daemon-version.ts';
import { findRunning, SILENCE_MS } from '../../client/find-daemon.ts';
import { readDaemonInfo } from '../../client/running-daemon.ts';
import { type StoppedDaemon, stopDaemon } from '../../client/stop-daemon.ts';
import { type Home, resolveOwnHome } from '../../home.ts';
import { briefLine } from '../brief-line.ts';
import { type Command, type Invocation, type OptionSpec, UsageError } from '../command.ts';
import { statusLines } from '../status-lines.ts';
import { print, printJson } from '../write.ts';
import { logsCommand } from './daemon-logs.ts';

const LISTENING: Readonly<Record<string, OptionSpec>> = {
  host: { kind: 'value', value: 'ADDR', description: 'Listen there instead of on loopback' },
  'dangerously-listen': { kind: 'flag', description: 'Allow an address that other machines can reach' },
};

/** Whoever says so by a command of its own makes the place where it is called the home's place. */
const TAKE_OVER = '--take-over';

const start: Command = {
  name: 'start',
  summary: 'Start the daemon; when it runs already, nothing is done',
  usage: ['daemon start [--host ADDR --dangerously-listen]'],
  options: LISTENING,
  examples: [{ line: 'styxy daemon start', description: 'Other commands start it by themselves' }],
  async run(invocation) {
    const home = resolveOwnHome(invocation.env);
    const { status, isNew } = await startNow(home, invocation);
    if (invocation.isJson) printJson({ success: true, started: isNew, ...status });
    else print(`${isNew ? 'Started' : 'Runs already'}: ${briefLine(status)}`);
    return 0;
  },
};

const stop: Command = {
  name: 'stop',
  summary: 'Stop the daemon; leases stay, and the next daemon takes them over',
  usage: ['daemon stop'],
  examples: [{ line: 'styxy daemon stop', description: 'Until the next command starts it again' }],
  async run(invocation) {
    const stopped = await stopDaemon(resolveOwnHome(invocation.env), invocation.env);
    const rest = stopped.isSupervised
      ? ' The autostart rests until a command needs the daemon, or the next login.'
      : '';
    const message = `${stopSentence(stopped)}${rest}`;
    if (invocation.isJson) printJson({ success: true, pid: stopped.pid, message });
    else print(message);
    return 0;
  },
};

const restart: Command = {
  name: 'restart',
  summary: 'Stop the daemon and start it again; no lease is lost',
  usage: ['daemon restart [--host ADDR --dangerously-listen]'],
  options: LISTENING,
  examples: [{ line: 'styxy daemon restart', description: 'After an update, or when it does not answer' }],
  async run(invocation) {
    const home = resolveOwnHome(invocation.env);
    listeningArgs(invocation);
    refuseNewerDaemon(home);
    const stopped = await stopDaemon(home, invocation.env);
    const { status, isNew } = await startNow(home, invocation);
    if (invocation.isJson) printJson({ success: true, stopped_pid: stopped.pid, started: isNew, ...status });
    else print(`${stopSentence(stopped)} Started: ${briefLine(status)}`);
    return 0;
  },
};

const status: Command = {
  name: 'status',
  summary: 'Show the daemon, without starting one',
  usage: ['daemon status'],
  examples: [{ line: 'styxy daemon status', description: 'Does one run?' }],
  exits: { 0: 'a daemon runs', 3: 'none runs' },
  async run(invocation) {
    const home = resolveOwnHome(invocation.env);
    const client = await connect({ home, env: invocation.env, autostart: false });
    const answer = await statusOf(client);
    if (invocation.isJson) printJson(answer);
    else for (const line of statusLines(answer)) print(line);
    return 0;
  },
};

const run: Command = {
  name: 'run',
  summary: 'Run the daemon in the foreground, until a signal ends it',
  details: [
    'With --json it says where it answers, `{success, pid, home, port, socket}`, or why it does not start.',
  ],
  usage: ['daemon run [--host ADDR --dangerously-listen]'],
  options: LISTENING,
  examples: [
    { line: 'styxy daemon run', description: 'Under a service manager, or to see why it does not start' },
  ],
  async run(invocation) {
    const home = resolveOwnHome(invocation.env);
    const args = listeningArgs(invocation);
    const { runInForeground } = await import('../../client/foreground-daemon.ts');
    const said = invocation.isJson ? ['--json'] : [];
    return await runInForeground(home, invocation.env, [...args, ...said, TAKE_OVER]);
  },
};

export const daemonCommand: Command = {
  name: 'daemon',
  summary: 'Start, stop and look at the daemon',
  usage: ['daemon start', 'daemon stop', 'daemon restart', 'daemon status', 'daemon run', 'daemon logs [-f]'],
  examples: [{ line: 'styxy daemon status', description: 'Does one run?' }],
  subcommands: [start, stop, restart, status, run, logsCommand],
  run: status.run,
};

async function startNow(
  home: Home,
  invocation: Invocation,
): Promise<{ status: StatusAnswer; isNew: boolean }> {
  const { env } = invocation;
  const daemonArgs = listeningArgs(invocation);
  const named = readDaemonInfo(home)?.pid;
  const before = await findRunning(home, SILENCE_MS).catch(() => null);
  before?.socket.destroy();
  // One that hangs is found too, and replaced once it does not answer.
  const client = await connect({ home, env, autostart: true, daemonArgs: [...daemonArgs, TAKE_OVER] });
  const status = await statusOf(client);
  return { status, isNew: before === null || (named !== undefined && named !== status.pid) };
}

async function statusOf(client: Client): Promise<StatusAnswer> {
  try {
    return expectOk(await client.request<StatusAnswer>('GET', '/status'));
  } finally {
    client.close();
  }
}

function listeningArgs(invocation: Invocation): string[] {
  const host = invocation.text('host');
  const isAllowed = invocation.has('dangerously-listen');
  if (host === null && isAllowed) throw new UsageError('--dangerously-listen needs --host ADDR');
  // Said before anything is stopped or started.
  if (host !== null) listenAddresses(host, isAllowed);
  return [...(host === null ? [] : ['--listen', host]), ...(isAllowed ? ['--dangerously-listen'] : [])];
}

function stopSentence({ pid, wasKilled }: StoppedDaemon): string {
  if (pid === null) return 'No daemon ran.';
  return wasKilled
    ? `The daemon (pid ${pid}) did not answer and was killed; no lease is lost.`
    : `The daemon (pid ${pid}) is stopped.`;
}
