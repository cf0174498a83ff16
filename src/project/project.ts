// Owns the project of a working directory: the git worktree's root, and the name of the service that lives there.

import { realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { StyxyError } from '../errors.ts';
import { textMark } from '../text-mark.ts';
import { readProjectFile } from './project-file.ts';

export interface Project {
  /** The worktree's root as a real path, else the directory itself. */
  readonly path: string;
  /** The directory that was asked about, as a real path. */
  readonly directory: string;
  /** Whether it is a worktree that git linked to another checkout. */
  readonly isLinkedWorktree: boolean;
}

const NAME = /^(?!-)(?!.*\.\.)[A-Za-z0-9@._/-]{1,100}$/;
/** Leaves room for the mark of a shortened or altered name. */
const KEPT_NAME_LENGTH = 90;

/**
 * The project of a directory. Git is not asked: starting it would take longer than all the rest.
 *
 * @throws StyxyError INVALID_REQUEST when the directory does not exist
 */
export function findProject(directory: string): Project {
  let real: string;
  try {
    real = realpathSync.native(directory);
  } catch (cause) {
    throw new StyxyError('INVALID_REQUEST', `The directory ${directory} does not exist`, {
      hint: 'Name a directory that exists, or change to one.',
      cause,
    });
  }
  for (let at = real; ; at = dirname(at)) {
    const kind = worktreeKind(join(at, '.git'));
    if (kind !== null) return { path: at, directory: real, isLinkedWorktree: kind === 'linked' };
    if (dirname(at) === at) return { path: real, directory: real, isLinkedWorktree: false };
  }
}

/**
 * The project for a command that was started in `project` and runs in `directory`: the same one as long as it runs
 * inside of it, else the one that it runs in. A linked worktree is a project of its own also where it lies inside of another
 * checkout, as agents make them. A directory that does not exist changes nothing.
 */
export function projectOf(project: Project, directory: string): Project {
  let real: string;
  try {
    real = realpathSync.native(directory);
  } catch {
    return project;
  }
  const isInside = real === project.path || real.startsWith(project.path + sep);
  const own = findProject(real);
  const isElsewhere = !isInside || (own.isLinkedWorktree && own.path !== project.path);
  return isElsewhere ? own : { ...project, directory: real };
}

/**
 * The name of the service in a directory: the `name` of the nearest package.json below the project's root, else the
 * path relative to the root, else the service type.
 */
export function serviceNameOf(project: Project, serviceType: string): string {
  for (let at = project.directory; at !== project.path && at.startsWith(project.path); at = dirname(at)) {
    const name = packageName(join(at, 'package.json'));
    if (name !== null) return allowedName(name);
  }
  const path = relative(project.path, project.directory);
  return path === '' ? serviceType : allowedName(path.split(sep).join('/'));
}

/**
 * A name that the grammar allows, the same for the same text and, for every text that had to be changed, with a mark
 * that tells it from others that end up alike.
 */
export function allowedName(text: string): string {
  if (NAME.test(text)) return text;
  const plain = text
    .replace(/[^A-Za-z0-9@._/-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^-+/, '');
  return `${plain.slice(-KEPT_NAME_LENGTH).replace(/^-+/, '')}-${textMark(text)}`.replace(/^-/, '');
}

function worktreeKind(path: string): 'main' | 'linked' | null {
  try {
    if (statSync(path).isDirectory()) return 'main';
    // A file says where the repository is: below `worktrees` for a linked worktree, below `modules` for a submodule.
    const said = /^gitdir: (.+)/.exec(readProjectFile(path) ?? '')?.[1];
    if (said === undefined) return null;
    return /[\\/]worktrees[\\/][^\\/]+[\\/]?$/.test(said.trim()) ? 'linked' : 'main';
  } catch {
    return null;
  }
}

function packageName(path: string): string | null {
  try {
    const { name } = JSON.parse(readProjectFile(path) ?? '{}') as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : null;
  } catch {
    return null;
  }
}
