// Owns the finding and reading of a project's styxy.json.

import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigError } from '../config/config.ts';
import { readTextFile } from '../config/text-file.ts';
import { StyxyError } from '../errors.ts';
import { findProject, type Project } from '../project/project.ts';
import { parseProject } from './parse-project.ts';
import { PROJECT_FILE } from './project-schema.ts';
import type { Service } from './service.ts';

/** A project whose services have names. */
export interface NamedProject {
  /** Of its styxy.json. */
  readonly path: string;
  /** That of the file. */
  readonly directory: string;
  /** In the order of the file, at least one. */
  readonly services: readonly Service[];
}

/**
 * The nearest styxy.json from a directory up to the root of its checkout, whatever lies there under that name.
 *
 * @returns null where there is none
 */
export function findProjectFile({ path: root, directory }: Project): string | null {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, PROJECT_FILE);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return path;
    if (at === root || dirname(at) === at) return null;
  }
}

/**
 * The path of the styxy.json that `findProjectFile` finds.
 *
 * @throws StyxyError PROJECT_FILE_MISSING
 */
export function requireProjectFile(project: Project): string {
  const path = findProjectFile(project);
  if (path !== null) return path;
  const { path: root, directory } = project;
  const above = directory === root ? '' : `, nor above, up to ${root}`;
  throw new StyxyError('PROJECT_FILE_MISSING', `There is no ${PROJECT_FILE} in ${directory}${above}`, {
    fields: { project_path: root },
  });
}

/**
 * Reads the styxy.json of a project.
 *
 * @throws StyxyError PROJECT_FILE_MISSING, or PROJECT_FILE_INVALID with every mistake in its fields
 */
export function loadProject(project: Project): NamedProject {
  const path = requireProjectFile(project);
  const { services, errors } = readProject(path, project.path);
  if (errors.length === 0) return { path, directory: dirname(path), services };
  const number = errors.length === 1 ? 'one mistake' : `${errors.length} mistakes`;
  throw new StyxyError('PROJECT_FILE_INVALID', `${path} has ${number}`, { fields: { path, errors } });
}

/**
 * Every mistake of a file, and its services where there is none.
 *
 * @param root that of the checkout that it lies in
 */
export function readProject(
  path: string,
  root: string,
): { readonly services: readonly Service[]; readonly errors: readonly ConfigError[] } {
  const file = readTextFile(path);
  if (file.kind !== 'text') {
    const message = file.kind === 'missing' ? 'the file does not exist' : file.message;
    return { services: [], errors: [{ line: 0, column: 0, path: '', message }] };
  }
  return parseProject(file.text, { directory: dirname(path), project: root, projectOf: checkoutOf });
}

/** The checkout of a directory; where there is none, a directory is its own. */
function checkoutOf(directory: string): string | null {
  try {
    if (!statSync(directory).isDirectory()) return null;
    return findProject(directory).path;
  } catch {
    return null;
  }
}
