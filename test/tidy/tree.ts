// Owns what the tidy tests see of the repository: its files, and what each source file imports.

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  readonly specifier: string;
  /** The imported path from the repository's root, or null for a package or a builtin. */
  readonly path: string | null;
  readonly isTypeOnly: boolean;
  readonly names: readonly string[];
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The files that are in the repository or about to be, from the root, sorted. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = [...new Set(listed.split('\0'))];
  return files
    .filter((path) => path !== '' && statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile())
    .sort();
}

/** TypeScript files of `folder`, tests among them. */
export function sourcesOf(folder: string): string[] {
  return repositoryFiles().filter((path) => path.startsWith(`${folder}/`) && /\.tsx?$/.test(path));
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** What a source imports or exports from elsewhere: static, for types, for effects, and dynamic. */
export function importsOf(from: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const add = (specifier: string, isTypeOnly: boolean, names: string[]): void => {
    const path = specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : null;
    found.push({ specifier, path, isTypeOnly, names });
  };
  for (const match of code.matchAll(/^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s*'([^']+)'/gm)) {
    const [, type, clause = '', specifier = ''] = match;
    const names = [...clause.matchAll(/(type\s+)?([\w$*]+)(?:\s+as\s+[\w$]+)?/g)];
    const allTypes = names.length > 0 && names.every(([, isType]) => isType !== undefined);
    add(
      specifier,
      type !== undefined || allTypes,
      names.map(([, , name = '']) => name),
    );
  }
  for (const [, specifier = ''] of code.matchAll(/^import\s*'([^']+)'/gm)) add(specifier, false, []);
  for (const [, before = '', specifier = ''] of code.matchAll(/(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g)) {
    add(specifier, before !== '', []);
  }
  return found;
}

/** The code with its comments blanked. Strings stay, so a comment sign inside one must not start a line. */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}
