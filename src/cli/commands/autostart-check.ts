// Owns `styxy autostart check`: the look that is taken every five minutes, for what neither restarts nor the watchdog can see.

import { existsSync } from 'node:fs';
import type { HealthAnswer } from '../../api/schemas-daemon.ts';
import { gatherFacts } from '../../autostart/facts.ts';
import { runsBeside } from '../../autostart/sight.ts';
import { connect } from '../../client/client.ts';
import { readDaemonInfo } from '../../client/running-daemon.ts';
import { stopDaemon } from '../../client/stop-daemon.ts';
import { findSupervisor } from '../../client/supervisor.ts';
import { type Home, resolveOwnHome } from '../../home.ts';
import type { Command } from '../command.ts';
import { print, printJson } from '../write.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Bring the daemon up, or under the autostart again; the autostart runs this every five minutes',
  details: [
    'A daemon that is not there is started, one that hangs is replaced. Where a command started one beside the autostart, or its socket was removed, it is handed over in good order. A daemon that somebody runs in the foreground is left alone.',
  ],
  usage: ['autostart check [--home DIR]'],
  options: { home: { kind: 'value', value: 'DIR', description: 'Instead of STYXY_HOME' } },
  examples: [{ line: 'styxy autostart check', description: 'Also after something was done by hand' }],
  exits: { 0: 'a daemon answers', 3: 'none could be started' },
  async run(invocation) {
    const named = invocation.text('home');
    const env = named === null ? invocation.env : { ...invocation.env, STYXY_HOME: named };
    const home = resolveOwnHome(env);
    const reason = handoverReason(home, env);
    if (reason !== null) await stopDaemon(home, env);
    const client = await connect({ home, env, autostart: true });
    const { body } = await client.request<HealthAnswer>('GET', '/health');
    client.close();
    const { pid, status } = body;
    if (invocation.isJson) printJson({ success: true, pid, status, handed_over: reason });
    else
      print(
        `The daemon answers (pid ${pid}, ${status})${reason === null ? '' : `; it was handed over: ${reason}`}.`,
      );
    return 0;
  },
};

/** Why the daemon that runs is to make way for one of the autostart; null where it is not. */
function handoverReason(home: Home, env: NodeJS.ProcessEnv): string | null {
  const supervisor = findSupervisor(home, env);
  if (supervisor?.place.kind !== 'systemd') return null;
  if (runsBeside(gatherFacts(home, env)))
    return readDaemonInfo(home)?.isForeground === true ? null : 'it ran beside the autostart';
  const facts = gatherFacts(home, env);
  return facts.hasSocket && !existsSync(home.socket) ? 'its socket was gone' : null;
}
