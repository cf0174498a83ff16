// Owns what a step of the setup is: something that can be looked at, done and undone, whatever it is.

import type { Home } from '../../home.ts';

export interface SetupContext {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
}

/** `absent`: it could be done. `unavailable`: not on this machine, which is no failure. */
export type StepState = 'done' | 'absent' | 'partial' | 'unavailable';

export interface StepSight {
  readonly state: StepState;
  /** What is there, or why it cannot be; a sentence without a full stop. */
  readonly detail: string;
  /** What would be written or changed by doing it, a path or a file's text in each. */
  readonly changes: readonly string[];
}

export interface SetupStep {
  /** One word, as in the JSON. */
  readonly name: string;
  /** What is asked, without the question mark. */
  readonly question: string;
  look(context: SetupContext): Promise<StepSight>;
  /**
   * Does it; done a second time it changes nothing.
   *
   * @returns what was done, a sentence each
   * @throws StyxyError
   */
  apply(context: SetupContext): Promise<readonly string[]>;
  /**
   * Undoes what `apply` did, and nothing else.
   *
   * @throws StyxyError
   */
  undo(context: SetupContext): Promise<readonly string[]>;
}
