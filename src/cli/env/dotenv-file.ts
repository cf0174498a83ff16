// Owns the writing of a .env file: our block alone changes, and no file that git tracks is touched.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StyxyError } from '../../errors.ts';
import { replaceFile } from '../../home/replace-file.ts';
import { findProject } from '../../project/project.ts';
import { withVariables } from './dotenv-block.ts';

/** A larger one holds something else than variables. */
const MAX_BYTES = 1024 * 1024;

export interface WrittenFile {
  /** As a real path. */
  readonly path: string;
  /** False where it said all that already, and was left alone. */
  readonly isChanged: boolean;
  /** Whether git would take it up by `git add .`; null where git has no say. */
  readonly isIgnored: boolean | null;
}

/**
 * Writes `variables` into the block of ours in the file at `path`, which may be new.
 *
 * @throws StyxyError FILE_NOT_OURS when git tracks it, when it is no plain text file, or when its block was taken apart;
 *   INVALID_REQUEST when its directory does not exist or it cannot be written
 */
export async function writeDotenv(
  path: string,
  variables: Readonly<Record<string, string>>,
): Promise<WrittenFile> {
  const real = realPathOf(path);
  // A link that git tracks leads every checkout to the same file.
  const places = path === real ? [real] : [join(realPathOf(dirname(path)), basename(path)), real];
  for (const place of places) await refuseTracked(place);
  const status = statSync(real, { throwIfNoEntry: false });
  const text = status === undefined ? '' : textOf(real, status);
  const changed = withVariables(text, variables);
  if (changed === null)
    throw new StyxyError('FILE_NOT_OURS', `The lines that styxy wrote to ${real} were taken apart`, {
      hint: 'Remove every line from `# >>> styxy` to `# <<< styxy` from it, and run `styxy env --dotenv FILE` again.',
    });
  const isChanged = changed !== text;
  if (isChanged) replace(real, changed, status);
  return { path: real, isChanged, isIgnored: await isIgnored(real) };
}

/** The file that a path leads to; of a new one the directory must exist. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch (cause) {
      throw new StyxyError('INVALID_REQUEST', `The directory of ${path} does not exist`, {
        hint: 'Name a file in a directory that exists.',
        cause,
      });
    }
  }
}

/** Each byte as one character, so that it is written as it was, whatever the encoding. */
function textOf(path: string, status: Stats): string {
  const refuse = (why: string): never => {
    throw new StyxyError('FILE_NOT_OURS', `${path} ${why}`, {
      hint: 'Name another file: `styxy env --dotenv .env.local`.',
    });
  };
  if (!status.isFile()) return refuse('is no file');
  if (status.size > MAX_BYTES) return refuse('is larger than 1 MiB, and no file of variables');
  const text = readFileSync(path, 'latin1');
  return text.includes('\0') ? refuse('is no text') : text;
}

function replace(path: string, text: string, status: Stats | undefined): void {
  try {
    const owner = process.geteuid?.() === 0 ? status : undefined;
    replaceFile(path, Buffer.from(text, 'latin1'), { mode: status?.mode, owner });
  } catch (cause) {
    throw new StyxyError('INVALID_REQUEST', `${path} cannot be written: ${String(cause)}`, {
      hint: 'Name a file that you may write: `styxy env --dotenv .env.local`.',
      cause,
    });
  }
}

async function refuseTracked(path: string): Promise<void> {
  if (!isInCheckout(path)) return;
  const status = await git(dirname(path), [
    '--literal-pathspecs',
    'ls-files',
    '--error-unmatch',
    '--',
    basename(path),
  ]);
  if (status === 1) return;
  throw new StyxyError(
    'FILE_NOT_OURS',
    status === 0
      ? `Git tracks ${path}, and the ports in it would be those of one checkout for everybody`
      : `Git does not say whether it tracks ${path}`,
    { hint: 'Name a file that git ignores: `styxy env --dotenv .env.local`.' },
  );
}

async function isIgnored(path: string): Promise<boolean | null> {
  if (!isInCheckout(path)) return null;
  const status = await git(dirname(path), ['check-ignore', '--quiet', '--', `./${basename(path)}`]);
  return status === 0 ? true : status === 1 ? false : null;
}

function isInCheckout(path: string): boolean {
  return existsSync(join(findProject(dirname(path)).path, '.git'));
}

/** @returns the exit status of git; null where there is none */
function git(directory: string, words: readonly string[]): Promise<number | null> {
  // A hook of git's names its own repository in the environment; and no program that a repository names is to be run.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const all = ['-c', 'core.fsmonitor=false', '-C', directory, ...words];
  return new Promise((resolve) => {
    execFile('git', all, { env, timeout: 10_000 }, (error) => {
      if (error === null) resolve(0);
      else resolve(typeof error.code === 'number' ? error.code : null);
    });
  });
}
