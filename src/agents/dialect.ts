// Owns what a dialect is: how one agent's hooks are spoken to, and what they may be told.

import type { AgentAnswer } from './answer.ts';
import type { AgentEvent, Fields } from './event.ts';
import type { AgentName } from './occasions.ts';

/** What an answer to an event can do. */
export interface Powers {
  /** Whether it can have the user asked; `later`: another event before the same command can. */
  readonly asks: 'yes' | 'no' | 'later';
  /**
   * How it can change the command. `decides`: by a decision that takes the place of the user's. `leaves`: without one, so that the
   * agent's own rules hold for what was changed. `leaves-alone`: so it should be, and it is written as a decision, so that it is only done
   * where nothing else stands in the line.
   */
  readonly rewrites: 'decides' | 'leaves' | 'leaves-alone' | 'no';
}

export interface Dialect {
  readonly agent: AgentName;
  /** The field of an event before a command that has the tool's input. */
  readonly inputKey: string;
  /** What a hook must print that has nothing to say. */
  readonly silence: '' | '{}';
  /**
   * Whether its shells find programs where its hooks do. A login shell makes a PATH of its own, and `styxy` may not be in that; the
   * program is called by its paths then.
   */
  readonly keepsPath: boolean;
  /** Whether the answer to the start of a session takes variables for its shells, as `env`. */
  readonly takesVariables: boolean;
  /** @returns null for what is no event of a session, or none of our business */
  read(body: unknown): AgentEvent | null;
  powers(event: AgentEvent): Powers;
  /** The answer in the agent's own words; empty where it has none for it. */
  write(event: AgentEvent, answer: AgentAnswer): Fields;
}
