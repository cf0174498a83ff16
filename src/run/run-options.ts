// Owns what a run is asked for, and the surroundings that it happens in.

import type { StdioOptions } from 'node:child_process';
import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import type { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import type { Project } from '../project/project.ts';
import type { ChildOptions } from './child.ts';
import type { ReceiveSignals } from './signals.ts';

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
  /** Whether it opens no port, whatever it is: it gets no lease then, and nothing is said about it. */
  readonly isPortless?: boolean;
}

/** How the process of a command is started and reached, as its surroundings have it. */
export function handlingOf({ home, stdio, cwd, onOutput, receive }: RunSurroundings) {
  return { home, stdio, cwd, onOutput, receive };
}

/** Where a run happens, and whom it talks to. */
export interface RunSurroundings {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** Where the command's process starts; this process's own directory unless given. */
  readonly cwd?: string;
  /** Takes what the command prints, where `stdio` has pipes. */
  readonly onOutput?: ChildOptions['onOutput'];
  /** Where signals for the command come from; this process's own unless given. */
  readonly receive?: ReceiveSignals;
  /** Adds to the environment of the command what can only be known with its lease. */
  complete?(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  /** Called when the command's process is there, each time. */
  onStarted?(): void;
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
