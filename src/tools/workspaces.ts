// Owns where packages are: the nearest one above a directory, and those of a workspace by name or by path.

import { dirname, join, resolve } from 'node:path';
import { matchesWildcard } from '../wildcard.ts';
import type { ProjectReader } from './situation.ts';

export interface Package {
  readonly directory: string;
  readonly name: string | null;
  readonly scripts: Readonly<Record<string, string>>;
  /** The patterns of its workspace, where it is the root of one. */
  readonly workspaces: readonly string[];
}

/** How deep `**` is followed, and how many directories one pattern may name: it may name half the disk. */
const MAX_DEPTH = 4;
const MAX_DIRECTORIES = 2_000;
/** How many directories are read for all patterns of one root together. */
const MAX_READS = 4_000;
/** No honest workspace has more patterns, or longer ones; braces are not nested deeper. */
const MAX_PATTERNS = 500;
const MAX_PATTERN_LENGTH = 1_000;
const MAX_BRACES = 3;

/** The package in a directory or the nearest one above. */
export function nearestPackage(directory: string, reader: ProjectReader): Package | null {
  for (const at of upwards(directory)) {
    const found = packageAt(at, reader);
    if (found !== null) return found;
  }
  return null;
}

/**
 * A package of the workspace that a directory is in.
 *
 * @param wanted its name, its name without the scope where only one ends so, or its path from `directory` or the root
 */
export function workspacePackage(directory: string, wanted: string, reader: ProjectReader): Package | null {
  const root = workspaceRoot(directory, reader);
  const byPath =
    packageAt(resolve(directory, wanted), reader) ??
    (root === null ? null : packageAt(resolve(root.directory, wanted), reader));
  if (root === null || (byPath !== null && wanted.includes('/'))) return byPath;
  const unscoped: Package[] = [];
  for (const each of membersOf(root, wanted, reader)) {
    if (each.name === wanted) return each;
    if (each.name?.endsWith(`/${wanted}`) === true) unscoped.push(each);
  }
  if (byPath !== null) return byPath;
  return unscoped.length === 1 ? (unscoped[0] ?? null) : null;
}

/** The package at the root of the workspace that a directory is in. */
export function workspaceRoot(directory: string, reader: ProjectReader): Package | null {
  for (const at of upwards(directory)) {
    const found = packageAt(at, reader);
    if (found !== null && found.workspaces.length > 0) return found;
  }
  return null;
}

/** Every package of a workspace but its root, in the order of its patterns, without those that a pattern excludes. */
export function workspacePackages(root: Package, reader: ProjectReader): Package[] {
  const children = childrenOf(reader);
  const patterns = root.workspaces.slice(0, MAX_PATTERNS);
  const meant = (those: readonly string[]): Set<string> =>
    new Set(those.flatMap((pattern) => expand(root.directory, pattern, children)));
  const excluded = meant(patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1)));
  return [...meant(patterns)]
    .filter((directory) => directory !== root.directory && !excluded.has(directory))
    .flatMap((directory) => packageAt(directory, reader) ?? []);
}

export function packageAt(directory: string, reader: ProjectReader): Package | null {
  const text = reader.text(join(directory, 'package.json'));
  const pnpm = reader.text(join(directory, 'pnpm-workspace.yaml'));
  const manifest = text === null ? null : parseManifest(text);
  if (manifest === null && pnpm === null) return null;
  const { name, scripts, workspaces } = manifest ?? {};
  const listed = isRecord(workspaces) ? workspaces.packages : workspaces;
  return {
    directory,
    name: typeof name === 'string' ? name : null,
    scripts: isRecord(scripts) ? textsOf(scripts) : {},
    workspaces: [
      ...(Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : []),
      ...(pnpm === null ? [] : pnpmPatterns(pnpm)),
    ],
  };
}

/** Those that are probably meant come first, so that most searches end soon. */
function* membersOf(root: Package, wanted: string, reader: ProjectReader): Generator<Package> {
  const last = wanted.slice(wanted.lastIndexOf('/') + 1);
  const children = childrenOf(reader);
  const patterns = root.workspaces.slice(0, MAX_PATTERNS);
  // A package may be listed twice, as where package.json and pnpm-workspace.yaml both list it.
  const directories = [...new Set(patterns.flatMap((pattern) => expand(root.directory, pattern, children)))];
  const isLikely = (directory: string): boolean => directory.endsWith(`/${last}`);
  for (const directory of [
    ...directories.filter(isLikely),
    ...directories.filter((each) => !isLikely(each)),
  ]) {
    const found = packageAt(directory, reader);
    if (found !== null) yield found;
  }
}

/** The directories that a pattern such as `packages/*` means; one that excludes means none. */
function expand(root: string, pattern: string, children: Children): string[] {
  if (pattern.startsWith('!') || pattern.length > MAX_PATTERN_LENGTH) return [];
  let found = [root];
  for (const part of pattern.split('/').filter((each) => each !== '' && each !== '.')) {
    if (part === '**') found = found.flatMap((at) => below(at, children));
    else if (/[*?[{]/.test(part)) {
      const wildcard = wildcardOf(part);
      found = found.flatMap((at) =>
        children(at)
          .filter((name) => matchesWildcard(wildcard, name))
          .map((name) => join(at, name)),
      );
    } else found = found.map((at) => join(at, part));
    found = found.slice(0, MAX_DIRECTORIES);
  }
  return found;
}

/** A directory and those below it, the nearest first. */
function below(directory: string, children: Children): string[] {
  const found = [directory];
  let level = found;
  for (let depth = 0; depth < MAX_DEPTH && found.length < MAX_DIRECTORIES; depth++) {
    level = level.flatMap((at) => children(at).map((name) => join(at, name)));
    found.push(...level);
  }
  return found.slice(0, MAX_DIRECTORIES);
}

type Children = (directory: string) => readonly string[];

/** Reads each directory once, and no more than so many: for a pattern or a thousand of them, whatever they name. */
function childrenOf(reader: ProjectReader): Children {
  const known = new Map<string, readonly string[]>();
  return (directory) => {
    const read = known.get(directory);
    if (read !== undefined || known.size === MAX_READS) return read ?? [];
    const names = reader.names(directory).filter((name) => name !== 'node_modules' && !name.startsWith('.'));
    known.set(directory, names);
    return names;
  };
}

/** One part of a path with `*` and `?`; what else a pattern may hold, alternatives in braces for one, is any text. */
function wildcardOf(part: string): string {
  let text = part;
  for (let depth = 0; depth < MAX_BRACES; depth++) text = text.replace(/\{[^{}]*\}|\[[^[\]]*\]/g, '*');
  return text;
}

/** The list under `packages:`; the rest of the file is none of our business, and needs no parser. */
function pnpmPatterns(yaml: string): string[] {
  const block = /^packages:[ \t]*(?:#.*)?\n((?:[ \t]*(?:-.*|#.*)?\n?)*)/m.exec(yaml)?.[1] ?? '';
  return [...block.matchAll(/^[ \t]*-[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|([^\s#'"][^\n#]*))/gm)].map(
    ([, single, double, plain]) => (single ?? double ?? plain ?? '').trim(),
  );
}

function* upwards(directory: string): Generator<string> {
  for (let at = resolve(directory); ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

function parseManifest(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own entries that are texts, without a prototype: a script may be called `constructor`. */
function textsOf(record: Record<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(record)) if (typeof value === 'string') texts[name] = value;
  return texts;
}
