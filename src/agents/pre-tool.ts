// Owns the shapes of the decision on a command that an agent wants to run: what is read, what is known, what is answered.

import type { RunPlan } from '../tools/plan.ts';
import type { SimpleCommand } from './command-line.ts';
import type { KillTarget } from './kill-target.ts';
import type { MachineFacts } from './machine-facts.ts';

/** What a text wants, without any fact of the machine. Nothing that is none of our business is in it. */
export interface LineWishes {
  /** The servers that it starts, in their order. */
  readonly servers: readonly ServerCommand[];
  /** Whether it does nothing besides starting one server: `cd`, assignments and redirections do not count. */
  readonly isServerAlone: boolean;
  /** What it would end. */
  readonly kills: readonly Kill[];
}

/** A command that ends something. */
export interface Kill {
  /** As it is written. */
  readonly text: string;
  readonly target: KillTarget;
}

/** A simple command that starts a server. */
export interface ServerCommand {
  readonly command: SimpleCommand;
  /** Where in the text `styxy run … -- ` belongs. */
  readonly at: number;
  /** Where the server will run, as an absolute path: the directory to find project and name by. */
  readonly directory: string;
  readonly plan: RunPlan;
  readonly serviceType: string;
  /** The port that it asks for, by an option, an argument or a variable in front of it; null: any. */
  readonly askedPort: number | null;
  /**
   * Whether it can be told a port: `movable`; `fixed` to the asked one, which stands where nothing can be changed; `none`,
   * where it takes no port from anybody or runs on in the background, so that no run can hold its lease.
   */
  readonly reach: 'movable' | 'fixed' | 'none';
}

export interface PreToolFacts {
  readonly machine: MachineFacts;
  /** The project that a directory belongs to, as a real path. */
  readonly projectOf: (directory: string) => string | null;
  readonly killGuard: 'deny' | 'ask' | 'warn' | 'off';
  /** Off: servers are left as they are. */
  readonly rewrites: boolean;
}

export type PreToolDecision =
  /** Nothing to say: the command is none of our business. */
  | { readonly kind: 'none' }
  /** The command is not changed, and the agent is told this. */
  | { readonly kind: 'tell'; readonly sentence: string }
  | { readonly kind: 'deny' | 'ask'; readonly reason: string }
  /** Take a lease for each, then call `rewriteServers`. */
  | { readonly kind: 'lease'; readonly requests: readonly LeaseRequest[]; readonly sentence: string | null };

/** What was granted for a request. */
export interface Granted {
  readonly server: ServerCommand;
  readonly lockId: string;
  readonly port: number;
  /** Who holds the port that was asked for, in words; null where that one was granted, or none was asked for. */
  readonly holder: string | null;
}

/** What to ask the coordinator for. A live copy of the project's own is never joined. */
export interface LeaseRequest {
  readonly server: ServerCommand;
  readonly serviceType: string;
  readonly directory: string;
  readonly preferredPort: number | null;
  /** That port or nothing. */
  readonly exact: boolean;
  /** Who holds the port that it asks for, in words; null where no lease of another's is known on it. */
  readonly holder: string | null;
}
