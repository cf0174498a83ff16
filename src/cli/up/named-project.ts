// Owns how commands find the services that styxy.json names, and what they say where it is wrong.

import type { ConfigError } from '../../config/config.ts';
import { StyxyError } from '../../errors.ts';
import { loadProject, type NamedProject } from '../../up/load-project.ts';
import { type Invocation, UsageError } from '../command.ts';
import { mistakeLine } from '../config-context.ts';
import { projectAt } from '../reach.ts';
import { nearest } from '../suggestion.ts';
import { say } from '../write.ts';

/**
 * The project here, with its services.
 *
 * @throws StyxyError PROJECT_FILE_MISSING; PROJECT_FILE_INVALID, of which every mistake was told before
 */
export function namedProject({ isJson }: Invocation): NamedProject {
  try {
    return loadProject(projectAt(null));
  } catch (error) {
    if (!isJson && error instanceof StyxyError && error.code === 'PROJECT_FILE_INVALID') {
      const { path, errors } = error.fields as { path: string; errors: readonly ConfigError[] };
      for (const mistake of errors) say(mistakeLine(path, mistake));
    }
    throw error;
  }
}

/**
 * The services that words name.
 *
 * @returns null where none is named, which means all
 * @throws UsageError for one that there is not
 */
export function namedServices(
  words: readonly string[],
  { path, services }: NamedProject,
): readonly string[] | null {
  const names = services.map(({ name }) => name);
  for (const word of words) {
    if (names.includes(word)) continue;
    const meant = nearest(word, names);
    throw new UsageError(
      `${path} names no service ${JSON.stringify(word)}`,
      meant === null ? `It names ${names.join(', ')}.` : `Did you mean ${meant}?`,
    );
  }
  return words.length === 0 ? null : words;
}
