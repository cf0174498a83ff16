// Owns the setup's step that puts the completions where the user's shells find them.

import { lstatSync, readFileSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileState, setAside, writePlanned } from '../../autostart/installed-file.ts';
import { StyxyError } from '../../errors.ts';
import { replaceFile } from '../../home/replace-file.ts';
import { type CompletionPlace, completionPlaces } from './completion-places.ts';
import { hasLines, withLines, withoutLines } from './start-file.ts';
import type { SetupStep } from './step.ts';

export const completionsStep: SetupStep = {
  name: 'completions',
  question: 'Complete commands, options and live values in your shells',
  async look({ env }) {
    const places = completionPlaces(env);
    if (places.length === 0) {
      return {
        state: 'unavailable',
        detail:
          'no bash, zsh or fish of yours was found; `styxy completion --help` shows how to load one by hand',
        changes: [],
      };
    }
    const changes = places.flatMap(changesOf);
    const shells = places.map(({ shell }) => shell).join(', ');
    if (changes.length === 0) return { state: 'done', detail: `installed for ${shells}`, changes };
    const isAny = places.some(({ file }) => fileState(file) !== 'missing');
    return { state: isAny ? 'partial' : 'absent', detail: `for ${shells}`, changes };
  },
  async apply({ env }) {
    const places = completionPlaces(env);
    for (const { file } of places) refuseForeign(file.path, fileState(file));
    return places.flatMap((place) => {
      const done: string[] = [];
      if (fileState(place.file) !== 'current') {
        attempt(place.file.path, () => writePlanned(place.file));
        done.push(`wrote ${place.file.path}`);
      }
      const { startFile } = place;
      if (startFile !== null && lacksLines(place)) {
        attempt(startFile, () => rewrite(startFile, (text) => withLines(text, bytesOf(place.file.path))));
        done.push(`added three lines to ${startFile}`);
      }
      return done;
    });
  },
  async undo({ env, home }) {
    return completionPlaces(env).flatMap(({ file, startFile }) => {
      const done: string[] = [];
      if (startFile !== null && hasLines(textOf(startFile))) {
        attempt(startFile, () => rewrite(startFile, withoutLines));
        done.push(`took the lines out of ${startFile}`);
      }
      const state = fileState(file);
      if (state === 'current' || state === 'outdated') {
        attempt(file.path, () => rmSync(file.path));
        done.push(`removed ${file.path}`);
        removeOwnFolder(dirname(file.path));
      } else if (state === 'edited') {
        attempt(file.path, () => done.push(`moved ${file.path} to ${setAside(file.path, home, new Date())}`));
      }
      return done;
    });
  },
};

/** The folder that is ours alone, once it is empty. */
function removeOwnFolder(path: string): void {
  if (basename(path) !== 'styxy') return;
  try {
    rmdirSync(path);
  } catch {
    // Something else is in it.
  }
}

function changesOf(place: CompletionPlace): string[] {
  const state = fileState(place.file);
  const changes =
    state === 'current' ? [] : [`${state === 'missing' ? 'write' : 'replace'} ${place.file.path}`];
  return lacksLines(place) ? [...changes, `add three lines to ${place.startFile}`] : changes;
}

function lacksLines({ startFile, file }: CompletionPlace): boolean {
  if (startFile === null) return false;
  const text = textOf(startFile);
  return withLines(text, bytesOf(file.path)) !== text;
}

/** A character for each byte: what is no UTF-8 in a file of somebody's stays as it is. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function bytesOf(path: string): string {
  return Buffer.from(path).toString('latin1');
}

/** A link, as in a store of dotfiles, stays one, and the mode stays what it is. */
function rewrite(path: string, change: (text: string) => string): void {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const target = isThere ? realpathSync(path) : path;
  // Read anew, and not for nothing: what cannot be read must not be taken for empty.
  const text = isThere ? readFileSync(target, 'latin1') : '';
  replaceFile(target, Buffer.from(change(text), 'latin1'), {
    mode: isThere ? statSync(target).mode : undefined,
  });
}

function refuseForeign(path: string, state: string): void {
  if (state !== 'foreign' && state !== 'edited') return;
  const why = state === 'edited' ? 'was changed by hand since it was written' : 'was not written by Styxy';
  throw new StyxyError('FILE_NOT_OURS', `${path} ${why}, and is left as it is`, { fields: { path, state } });
}

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new StyxyError('HOME_UNUSABLE', `${path} cannot be changed: ${(cause as Error).message}`, {
      hint: 'Let this user write there, and try again.',
      fields: { path },
      cause,
    });
  }
}
