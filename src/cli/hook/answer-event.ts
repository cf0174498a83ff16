// Owns the way of one event: from standard input to the daemon, and its answer back, in the time that there is.

import { DIALECTS } from '../../agents/dialects.ts';
import { isAgentName } from '../../agents/occasions.ts';
import { type Client, connect } from '../../client/client.ts';
import { withoutForeignPid } from '../../client/foreign-pid.ts';
import { StyxyError } from '../../errors.ts';
import { type Home, resolveOwnHome } from '../../home.ts';
import { query } from '../reach.ts';
import { readInput } from '../read-input.ts';
import { type AgentEvent, fitting, isOfTool, parseEvent } from './event-body.ts';
import type { HookCall } from './hook-call.ts';
import { isOnPath } from './own-program.ts';

/** An agent sends whole files in some events; a larger one is none of our business. */
const MAX_BYTES = 8 * 1024 * 1024;
/** A session is never held back for long, and its end has 1.5 s for all hooks together. */
const SESSION_MS = 1_000;
/** The settings file gives a hook five seconds. On a machine that is overloaded a daemon takes long, and is needed all the same. */
const TOOL_MS = 4_000;
const LATE_MS = 30_000;
/** Silence for so long is looked into: a daemon that is stopped is not waited for. */
const SILENCE_MS = 500;

/** @returns what to print; null for nothing */
export async function answerEvent(call: HookCall): Promise<string | null> {
  const input = readInput(MAX_BYTES)?.toString('utf8') ?? null;
  const event = input === null ? null : parseEvent(call.agent, call.event, input);
  if (input === null || event === null) return null;
  const home = resolveOwnHome(call.env);
  const limitMs = call.isLate ? LATE_MS : isOfTool(event) ? TOOL_MS : SESSION_MS;
  const { promise: late, resolve, reject } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, limitMs, null);
  const look = setTimeout(() => {
    if (!call.isLate) isStopped(home).then((is) => is && reject(new Stopped()), reject);
  }, SILENCE_MS);
  try {
    return await Promise.race([exchange(call, home, event, limitMs), late]);
  } catch (error) {
    const isAway = error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE';
    if (call.isLate || !(isAway || error instanceof Stopped)) return null;
    // The next event finds one that answers.
    const { wakeDaemon } = await import('./wake-daemon.ts');
    wakeDaemon(call, event, input);
    return null;
  } finally {
    clearTimeout(timer);
    clearTimeout(look);
  }
}

/** Thrown where the daemon is stopped, as by SIGSTOP, and will not answer. */
class Stopped extends Error {}

async function isStopped(home: Home): Promise<boolean> {
  const { isProven, readDaemonInfo, readStat } = await import('../../client/running-daemon.ts');
  const info = readDaemonInfo(home);
  return info !== null && isProven(home, info) && readStat(info.pid)?.state === 'T';
}

async function exchange(
  call: HookCall,
  home: Home,
  event: AgentEvent,
  timeoutMs: number,
): Promise<string | null> {
  const body = fitting(event);
  if (body === null) return null;
  const client = await connect({
    home,
    env: call.env,
    timeoutMs,
    // Nothing but the answer may come out of a hook.
    onNotice: () => {},
    ...(call.isLate ? {} : { autostart: false }),
  });
  try {
    const { pid } = withoutForeignPid(home, { pid: process.pid }) as { pid?: number };
    const fields = {
      pid: call.agentPid === null ? (pid ?? null) : null,
      agent_pid: pid === undefined ? null : call.agentPid,
      on_path: event.occasion === 'before-command' && isOnPath(call.env) ? true : null,
    };
    const path = `/hook/${encodeURIComponent(call.agent)}${query(fields)}`;
    const reply = await client.request<Record<string, unknown>>('POST', path, body);
    if (reply.status !== 200) return null;
    const answer = await withPorts(call, client, event, reply.body);
    return Object.keys(answer).length === 0 ? null : JSON.stringify(answer);
  } finally {
    client.close();
  }
}

/** At the start of a session its shells get the ports of its checkout, by a file or by the answer itself. */
async function withPorts(
  { agent, env }: HookCall,
  client: Client,
  event: AgentEvent,
  answer: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const isStart = event.occasion === 'session-start' || event.occasion === 'move';
  if (!isStart || !isAgentName(agent)) return answer;
  const { exportPorts, withVariables } = await import('./export-ports.ts');
  const file = env.CLAUDE_ENV_FILE ?? '';
  try {
    if (agent === 'claude' && file !== '') await exportPorts(client, event, file);
    const dialect = DIALECTS[agent];
    return dialect.takesVariables ? await withVariables(client, dialect, event, answer) : answer;
  } catch {
    return answer;
  }
}
