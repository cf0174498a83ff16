// Owns what a run is asked for, and the surroundings that it happens in.

import type { StdioOptions } from 'node:child_process';
import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import type { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import type { Project } from '../project/project.ts';

export interface RunOptions {
  /** The command and its arguments, at least one word. */
  readonly words: readonly string[];
  /** Null for the tool's own type. */
  readonly serviceType: string | null;
  readonly serviceName: string | null;
  readonly preferredPort: number | null;
  /** `preferredPort` or a refusal. */
  readonly exact: boolean;
  /** Without a daemon, fail instead of running the command as it is. */
  readonly requireDaemon: boolean;
  /** A lease that was granted before, instead of a new one. */
  readonly lockId: string | null;
}

/** Where a run happens, and whom it talks to. */
export interface RunSurroundings {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** The project that the command runs for. */
  project(): Project;
  /** Takes a sentence for people. */
  say(message: string): void;
  /** Takes the lease once it is known: the one that the command gets, or that of a singleton that runs. */
  onLease(lease: LeaseJson, isRunningElsewhere: boolean): void;
  /** Takes the leases of the project, where the command has none of its own. */
  onLeaseless(answer: AllocationsAnswer): void;
  /** Takes the reason why there is no lease; the command runs all the same. */
  onNoDaemon(why: StyxyError): void;
}
