// Owns a coding agent under test: a process of its own that runs its hooks through a shell, as the real ones do.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, PROGRAM } from './cli-harness.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface HookOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What stands in `hookSpecificOutput`; empty where nothing was said. */
  readonly said: Readonly<Record<string, string>> & { readonly updatedInput?: { readonly command: string } };
}

export interface TestAgent {
  readonly pid: number;
  /** Sends an event; `cwd`, `session_id` and the name are filled in. */
  event(name: string, fields?: Fields): Promise<HookOutcome>;
  /** Sends an event as it is, to the hook of that name. */
  send(name: string, body: Fields): Promise<HookOutcome>;
  /** The export lines that it was given so far. */
  exports(): string;
  /** Ends the agent's process without a word. */
  kill(): Promise<void>;
}

/**
 * What an agent does for a hook: runs a line by a shell and gives it the event. It answers one line for each line that it
 * is told.
 */
const AGENT = `
const { spawn } = require('node:child_process');
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, command, input, cwd } = JSON.parse(line);
  const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout.on('data', (text) => { stdout += text; });
  child.stderr.on('data', (text) => { stderr += text; });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  child.on('close', (status) => console.log(JSON.stringify({ id, status, stdout, stderr })));
});
`;

/** @param commandOf the line of the settings file for an event; the built program's unless given */
export function startAgent(
  place: Place,
  session: string,
  cwd: string,
  commandOf: (event: string) => string = usual,
): TestAgent {
  const file = join(place.dir, `env-${session}.sh`);
  const child = spawn(process.execPath, ['-e', AGENT], {
    cwd: place.dir,
    env: { ...place.env, CLAUDE_ENV_FILE: file },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (outcome: HookOutcome) => void>();
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    unread += text;
    const lines = unread.split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      const { id, status, stdout, stderr } = JSON.parse(line);
      const said = stdout === '' ? {} : (JSON.parse(stdout).hookSpecificOutput ?? {});
      waiting.get(id)?.({ status, stdout, stderr, said });
    }
  });
  let last = 0;
  const send: TestAgent['send'] = (name, body) => {
    last += 1;
    const id = last;
    const line = { id, command: commandOf(name), input: JSON.stringify(body), cwd: place.dir };
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify(line)}\n`);
    });
  };
  return {
    pid: child.pid ?? 0,
    send,
    event: (name, fields = {}) => send(name, { session_id: session, cwd, hook_event_name: name, ...fields }),
    exports() {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    },
    kill() {
      return new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('close', () => resolve());
        child.kill('SIGKILL');
      });
    },
  };
}

function usual(): string {
  return `'${process.execPath}' '${PROGRAM}' hook claude`;
}
