// Owns what the installer has to know of an agent: where its hooks stand, in which form, and what they are.

import type { Fields } from '../agents/event.ts';
import type { AgentName } from '../agents/occasions.ts';

/** The words of a shell by which the hook of an event is called. */
export type HookCall = (event: string) => string;

/** One hook of ours in a file. */
export interface HookEntry {
  readonly event: string;
  /** The names of tools, as the agent matches them; null where the event has none. */
  readonly matcher: string | null;
  /** What runs it. */
  readonly command: string;
  /** What the agent's settings say of it, the command among it. */
  readonly handler: Fields;
}

/** How hooks are in the text of a file that may belong to somebody else. */
export interface HookText {
  /** What the file has to be, behind "it is no …". */
  readonly shape: string;
  /** The hooks of ours in a text, in its order; none in one that cannot be read. */
  found(text: string): readonly HookEntry[];
  /**
   * The text with our hooks in it and those of ours that were there before taken out. Nothing else is changed.
   *
   * @param text null where there is no file
   * @returns null where hooks do not fit into it
   */
  put(text: string | null, call: HookCall): string | null;
  /** The text without our hooks. @returns null where it cannot be read; `gone` where the whole file is ours */
  take(text: string): string | null | 'gone';
}

export interface HookedAgent {
  readonly name: AgentName;
  readonly text: HookText;
  /** The folder that is there where the agent was used. */
  folder(env: NodeJS.ProcessEnv): string;
  /** The programs by which it is found where there is no folder yet. */
  readonly programs: readonly string[];
  /** The file with the hooks for all of a user's projects. */
  userFile(env: NodeJS.ProcessEnv): string;
  /** The one for a project alone, below its root. */
  readonly projectFile: string;
  /** An event that changes nothing and that a hook answers, for a trial. */
  readonly trial: { readonly event: string; readonly body: Fields };
  /** What a user has to know once they are installed; null for nothing. */
  readonly note: string | null;
}
