// Owns the trial of installed hooks: a command of theirs is run as the agent would, with an event that changes nothing.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HookEntry, HookedAgent } from './hooked-agent.ts';

/** The first try may find no daemon, and starts one for the next. */
const TRIES = 6;
const PAUSE_MS = 500;
const TIMEOUT_MS = 8_000;

/** @returns null when it answers; else why it does not, a sentence without a full stop */
export async function tryHook(
  { trial }: HookedAgent,
  hooks: readonly HookEntry[],
  cwd: string,
): Promise<string | null> {
  const hook = hooks.find(({ event }) => event === trial.event);
  if (hook === undefined) return 'the hook that explains failures is missing';
  const event = { session_id: 'styxy-hooks-status', cwd, hook_event_name: hook.event, ...trial.body };
  let why = 'it says nothing';
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(PAUSE_MS);
    const { status, stdout } = await run(hook.command, JSON.stringify(event));
    if (status !== 0) return `it ends with status ${status}`;
    if (stdout.includes('Styxy')) return null;
    why = stdout.length <= 'null'.length ? 'it says nothing' : 'its answer is no answer of a hook';
  }
  return why;
}

function run(command: string, input: string): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('error', () => resolve({ status: null, stdout }));
    child.on('close', (status) => resolve({ status, stdout }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
