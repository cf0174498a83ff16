// Owns the start of a daemon by a hook, which waits for none: a process of its own starts it, and hands on the event.

import { spawn } from 'node:child_process';
import { commandLineEntry } from '../../client/daemon-entry.ts';
import { createProcessNames, createProcessTable } from '../../os/platform.ts';
import { programAbove } from '../../os/program-above.ts';
import type { AgentEvent } from './event-body.ts';
import type { HookCall } from './hook-call.ts';

/** Starts the daemon for the next event, and tells it of a session that begins. An end needs no daemon. */
export function wakeDaemon({ agent, env, ...call }: HookCall, { occasion }: AgentEvent, input: string): void {
  if (env.STYXY_AUTOSTART === '0' || occasion === 'session-end' || occasion === 'worktree-removal') return;
  const isStart = occasion === 'session-start';
  const named = call.event === null ? [] : [call.event];
  const words = isStart ? ['hook', agent, ...named, '--late', ...agentWords()] : ['daemon', 'start'];
  const flags = process.execArgv.filter((flag) => flag.startsWith('--disable-warning'));
  const child = spawn(process.execPath, [...flags, commandLineEntry(), ...words], {
    detached: true,
    windowsHide: true,
    env,
    cwd: '/',
    stdio: [isStart ? 'pipe' : 'ignore', 'ignore', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  child.unref();
}

/** Once this hook has ended, nothing leads from the new process to the agent any more. */
function agentWords(): string[] {
  const pid = programAbove(createProcessTable(), createProcessNames(), process.pid);
  return pid === null ? [] : ['--agent-pid', String(pid)];
}
