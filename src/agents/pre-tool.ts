// Owns the shapes of the decision on a command that an agent wants to run: what is read, what is known, what is answered.

import type { RunPlan } from '../tools/plan.ts';
import type { SimpleCommand } from './command-line.ts';
import type { KillTarget } from './kill-target.ts';
import type { MachineFacts } from './machine-facts.ts';

/** What a text wants, without any fact of the machine. Nothing that is none of our business is in it. */
export interface LineWishes {
  readonly text: string;
  /** The servers that it starts, in their order; none where it is not sure. */
  readonly servers: readonly ServerCommand[];
  /** Whether it does nothing besides starting that one server: `cd`, assignments and redirections do not count. */
  readonly isServerAlone: boolean;
  /** What it would end. */
  readonly kills: readonly KillTarget[];
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
  /** No other port will do: what names it cannot be changed from here. */
  readonly isFixed: boolean;
}

export interface PreToolFacts {
  readonly machine: MachineFacts;
  /** The project that a directory belongs to, as a real path. */
  readonly projectOf: (directory: string) => string | null;
  readonly killGuard: 'deny' | 'ask' | 'warn' | 'off';
}

export type PreToolDecision =
  /** Nothing to say: the command is none of our business. */
  | { readonly kind: 'none' }
  /** The command is not changed, and the agent is told this. */
  | { readonly kind: 'tell'; readonly sentence: string }
  | { readonly kind: 'deny' | 'ask'; readonly reason: string }
  /** Take a lease for each, then call `rewriteServers`. */
  | { readonly kind: 'lease'; readonly requests: readonly LeaseRequest[]; readonly sentence: string | null };

/** What to ask the coordinator for. A live copy of the project's own is never joined. */
export interface LeaseRequest {
  readonly server: ServerCommand;
  readonly serviceType: string;
  readonly directory: string;
  readonly preferredPort: number | null;
  /** That port or nothing. */
  readonly exact: boolean;
}
