// Owns what the daemon keeps for the dashboard: its files, its sign-in, its history.

import type { Coordinator } from '../coordinator/contract.ts';
import type { AuthToken } from '../home/auth-token.ts';
import type { Clock } from '../os/os.ts';
import { createDashboardFiles, type DashboardFiles } from './dashboard-files.ts';
import { createHistory, type History } from './history.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import type { Tally } from './tally.ts';

export interface DashboardParts {
  readonly dashboard: DashboardFiles;
  readonly signIn: SignIn;
  readonly history: History;
}

export function createDashboardParts(from: {
  readonly coordinator: Pick<Coordinator, 'health'>;
  readonly tally: Tally;
  readonly token: AuthToken;
  readonly clock: Clock;
}): DashboardParts {
  const { coordinator, tally, token, clock } = from;
  return {
    dashboard: createDashboardFiles(),
    signIn: createSignIn({ token, ...clock }),
    history: createHistory({ tally, conflicts: () => coordinator.health().conflicts, ...clock }),
  };
}
