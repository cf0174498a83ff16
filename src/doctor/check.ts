// Owns what a check of the doctor is: data that the page of the reference is made from, plus one `run` and perhaps a `fix`.

import type { StatusAnswer } from '../api/schemas-daemon.ts';
import type { Home } from '../home.ts';
import type { Scene } from './scene.ts';

/**
 * `ok`: all well. `note`: worth knowing, and nothing has to be done. `trouble`: needs a hand. `skipped`: cannot be looked
 * at here and now.
 */
export type CheckState = 'ok' | 'note' | 'trouble' | 'skipped';

export interface Finding {
  readonly state: CheckState;
  /** What was found, without a full stop. */
  readonly found: string;
  /** What to do, in a sentence with the command to type; null where there is nothing to do. */
  readonly remedy: string | null;
  /** Whether the check's own `fix` mends it. */
  readonly canFix: boolean;
}

/** A scene with a home that can be looked at. */
export interface HomeScene extends Scene {
  readonly home: Home;
}

/** A scene with a daemon that answers. */
export interface DaemonScene extends HomeScene {
  readonly status: StatusAnswer;
}

interface CheckOf<S> {
  /** Of kebab-case, for programs. */
  readonly id: string;
  /** A few words, of at most 18 characters. */
  readonly title: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** What --fix does, as in "closes it to others"; null where that is left to people. */
  readonly fixes: string | null;
  /** @throws whatever comes: the one who runs all checks turns it into a finding */
  run(scene: S): Promise<Finding>;
  /**
   * Mends what `run` found with `canFix`. A second time it changes nothing.
   *
   * @returns what was done, in words such as "closed it to others (mode 0700)"
   */
  fix?(scene: S): Promise<string>;
}

/** By what it needs: without that it is skipped. */
export type Check =
  | (CheckOf<Scene> & { readonly needs: 'nothing' })
  | (CheckOf<HomeScene> & { readonly needs: 'home' })
  | (CheckOf<DaemonScene> & { readonly needs: 'daemon' });

export function ok(found: string): Finding {
  return { state: 'ok', found, remedy: null, canFix: false };
}

export function note(found: string, remedy: string | null = null, canFix = false): Finding {
  return { state: 'note', found, remedy, canFix };
}

export function trouble(found: string, remedy: string, canFix = false): Finding {
  return { state: 'trouble', found, remedy, canFix };
}

export function skipped(found: string): Finding {
  return { state: 'skipped', found, remedy: null, canFix: false };
}
