// Owns `styxy status`: the daemon, what it holds, and how it is; in one line for the start of a shell, without starting one.

import type { StatusAnswer } from '../../api/schemas-daemon.ts';
import { connect, expectOk } from '../../client/client.ts';
import { StyxyError } from '../../errors.ts';
import { resolveOwnHome } from '../../home.ts';
import { briefLine } from '../brief-line.ts';
import type { Command, Invocation } from '../command.ts';
import { reach } from '../reach.ts';
import { print, printJson } from '../write.ts';

const NO_DAEMON_STATUS = 3;
/** Nobody waits longer for a line at the start of a shell. */
const BRIEF_TIMEOUT_MS = 2_000;

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show the state of the daemon',
  details: [
    'With --brief one line, at once, and no daemon is started: for the start of a shell, and for scripts.',
  ],
  usage: ['status [--brief]'],
  options: { brief: { kind: 'flag', description: 'One line, and start no daemon' } },
  examples: [
    { line: 'styxy status', description: 'What does it hold, and how is it?' },
    { line: 'styxy status --brief', description: 'Does one run, and is all well?' },
  ],
  exits: { 0: 'a daemon runs', 3: 'none runs, or none could be started' },
  async run(invocation) {
    if (invocation.has('brief')) return await showBrief(invocation);
    const client = await reach(invocation);
    const status = expectOk(await client.request<StatusAnswer>('GET', '/status'));
    client.close();
    if (invocation.isJson) printJson(status);
    else {
      const { statusLines } = await import('../status-lines.ts');
      for (const line of statusLines(status)) print(line);
    }
    return 0;
  },
};

async function showBrief({ env, isJson }: Invocation): Promise<number> {
  const home = resolveOwnHome(env);
  try {
    const client = await connect({ home, env, autostart: false, timeoutMs: BRIEF_TIMEOUT_MS });
    const status = expectOk(await client.request<StatusAnswer>('GET', '/status'));
    client.close();
    if (isJson) printJson(status);
    else print(briefLine(status));
    return 0;
  } catch (error) {
    if (isJson || !(error instanceof StyxyError) || error.code !== 'DAEMON_UNREACHABLE') throw error;
    // The answer, in one line, and no complaint: there need be none.
    print(`styxy: ${error.message}`);
    return NO_DAEMON_STATUS;
  }
}
