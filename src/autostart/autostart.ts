// Owns the autostart of this machine's home: facts, plan and supervisor put together for whoever installs it, removes it or looks at it.

import { connect } from '../client/client.ts';
import { stopDaemon } from '../client/stop-daemon.ts';
import { findSupervisor, supervisorProgram } from '../client/supervisor.ts';
import type { Home } from '../home.ts';
import { gatherFacts } from './facts.ts';
import type { InstallerOptions } from './installer.ts';
import { autostartPlan } from './plan.ts';
import { runsBeside } from './sight.ts';

const START_TIMEOUT_MS = 30_000;

/**
 * Everything that the installer needs, for this home.
 *
 * @throws StyxyError AUTOSTART_UNAVAILABLE on a platform that has none
 */
export function autostartOf(home: Home, env: NodeJS.ProcessEnv): InstallerOptions {
  const facts = gatherFacts(home, env);
  return {
    facts,
    plan: autostartPlan(facts),
    program: supervisorProgram(facts.place, env),
    stopDaemon: () => stopDaemon(home, env),
    runsBeside: () => runsBeside(facts),
    startDaemon: async () => {
      await findSupervisor(home, env)?.start(START_TIMEOUT_MS);
      // By now every start goes by the autostart; where that could not do it, one was started beside it.
      const client = await connect({ home, env, autostart: true, timeoutMs: START_TIMEOUT_MS });
      client.close();
      return !runsBeside(facts);
    },
  };
}
