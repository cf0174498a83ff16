// Owns the hooks of an agent on disk: settings, front, backup, and the record by which all of it can be undone.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { frontScript } from '../agents/hook-front.ts';
import type { AgentName } from '../agents/occasions.ts';
import { VERSION } from '../api/api-version.ts';
import { commandLineEntry } from '../client/daemon-entry.ts';
import { readTextFile } from '../config/text-file.ts';
import { StyxyError } from '../errors.ts';
import { replaceFile } from '../home/replace-file.ts';
import { type Home, makeDirectory } from '../home.ts';
import type { HookCall, HookedAgent } from './hooked-agent.ts';
import { HOOKED_AGENTS } from './hooked-agents.ts';

export type Scope = 'user' | 'project';

export interface HookFiles {
  readonly agent: HookedAgent;
  readonly home: Home;
  readonly scope: Scope;
  readonly settings: string;
  readonly front: string;
  /** What is remembered of each settings file: how it was left, and where it is as it was before. */
  readonly record: string;
}

/** What would be done to a settings file. */
export interface Change {
  readonly path: string;
  /** Null where there is no such file, or will be none. */
  readonly before: string | null;
  readonly after: string | null;
}

interface Memory {
  /** Of the text that was written. */
  readonly sha256: string;
  /** Null where there was no file before. */
  readonly backup: string | null;
}

const FRONT_MODE = 0o755;

/** @param project the project's root, for hooks of this project alone */
export function hookFiles(
  name: AgentName,
  home: Home,
  env: NodeJS.ProcessEnv,
  project: string | null,
): HookFiles {
  const agent = HOOKED_AGENTS[name];
  const folder = join(home.dir, 'hooks');
  return {
    agent,
    home,
    scope: project === null ? 'user' : 'project',
    settings: project === null ? agent.userFile(env) : join(project, agent.projectFile),
    front: join(folder, name),
    record: join(folder, `${name}.json`),
  };
}

/** How the hooks are called, as this version installs them. */
function currentCall({ agent, front }: HookFiles): HookCall {
  // Where there is no POSIX shell, Node is started right away.
  if (process.platform === 'win32') {
    const words = [process.execPath, ...nodeFlags(), commandLineEntry(), 'hook', agent.name].map(shellWord);
    return (event) => [...words, event].join(' ');
  }
  const path = shellWord(front);
  // Where the front is gone, the agent goes on.
  return (event) => `[ ! -x ${path} ] || exec ${path} ${event}`;
}

function currentFront({ agent, home }: HookFiles): string {
  return frontScript({
    agent: agent.name,
    node: process.execPath,
    nodeFlags: nodeFlags(),
    program: commandLineEntry(),
    home: home.dir,
    version: VERSION,
  });
}

/** @throws StyxyError where the settings cannot be read, or hooks do not fit into them */
export function planInstall(files: HookFiles): Change {
  const before = readSettings(files.settings);
  const after = files.agent.text.put(before, currentCall(files));
  if (after === null) throw unfit(files);
  return { path: files.settings, before, after };
}

/** @returns what was written, one path each; none where all was in place */
export function install(files: HookFiles, now: Date): string[] {
  const { before, after } = planInstall(files);
  const done: string[] = [];
  makeDirectory(dirname(files.front));
  if (process.platform !== 'win32' && readOrNull(files.front) !== currentFront(files)) {
    putFile(files.front, currentFront(files), FRONT_MODE);
    done.push(files.front);
  }
  if (after === null || after === before) return done;
  const known = memoryOf(files);
  // What was there before the first installation is what an uninstallation brings back.
  const isOurs = known !== null && before !== null && known.sha256 === digest(before);
  const backup = isOurs ? known.backup : keepWithoutHooks(files, before, now);
  mkdirSync(dirname(files.settings), { recursive: true });
  remember(files, { sha256: digest(after), backup });
  putFile(files.settings, markOf(files.settings) + after);
  return [...done, files.settings];
}

/** @throws StyxyError where the settings cannot be read */
export function planRemoval(files: HookFiles): Change {
  const before = readSettings(files.settings);
  if (before === null) return { path: files.settings, before, after: null };
  const known = memoryOf(files);
  if (known !== null && known.sha256 === digest(before)) {
    const after = known.backup === null ? null : readOrNull(known.backup);
    if (known.backup === null || after !== null) return { path: files.settings, before, after };
  }
  const after = files.agent.text.take(before);
  if (after === null) throw unfit(files);
  return { path: files.settings, before, after: after === 'gone' ? null : after };
}

/** @returns what was written or removed, a sentence each */
export function uninstall(files: HookFiles): string[] {
  const { before, after } = planRemoval(files);
  const done: string[] = [];
  if (after !== before) {
    if (after === null) rmSync(files.settings);
    else putFile(files.settings, markOf(files.settings) + after);
    done.push(after === null ? `removed ${files.settings}` : `restored ${files.settings}`);
  }
  const left = Object.keys(forget(files));
  if (left.length === 0 && readOrNull(files.front) !== null) {
    rmSync(files.front);
    done.push(`removed ${files.front}`);
  }
  if (left.length === 0) removeFolder(dirname(files.front));
  return done;
}

/** How the hooks are, as far as files tell. */
export function stateOf(files: HookFiles): 'missing' | 'outdated' | 'current' {
  const text = readSettings(files.settings);
  if (text === null || files.agent.text.found(text).length === 0) return 'missing';
  const isFront = process.platform === 'win32' || readOrNull(files.front) === currentFront(files);
  return isFront && files.agent.text.put(text, currentCall(files)) === text ? 'current' : 'outdated';
}

function readSettings(path: string): string | null {
  const file = readTextFile(path);
  if (file.kind === 'missing') return null;
  if (file.kind === 'text') return file.text;
  throw new StyxyError('FILE_NOT_OURS', `${path}: ${file.message}`, {
    hint: 'Mend the file, then run the command again. Nothing was changed.',
  });
}

function unfit({ agent, settings }: HookFiles): StyxyError {
  return new StyxyError('FILE_NOT_OURS', `${settings} is no ${agent.text.shape}`, {
    hint: 'Mend the file or move it away, and run the command again. Nothing was changed.',
  });
}

/** The text as it was before any installation: hooks of an earlier one are no part of what comes back. */
function keepWithoutHooks(files: HookFiles, before: string | null, now: Date): string | null {
  const without =
    before === null || files.agent.text.found(before).length === 0 ? before : files.agent.text.take(before);
  if (before === null || without === 'gone') return null;
  return keep(files, without ?? before, now);
}

function keep({ agent, home, scope }: HookFiles, text: string, now: Date): string {
  makeDirectory(home.backups);
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  const path = join(home.backups, `${agent.name}-settings-${scope}.${stamp}.json`);
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  return path;
}

/** Through a link to where it leads, with the mode that it has. */
function putFile(path: string, text: string, mode?: number): void {
  const target = realOrSame(path);
  replaceFile(target, text, { mode: mode ?? statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600 });
}

/** The byte order mark that a file begins with, which no reader shows. */
function markOf(path: string): string {
  return readOrNull(path)?.startsWith('\ufeff') === true ? '\ufeff' : '';
}

function realOrSame(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function memories({ record }: HookFiles): Record<string, Memory> {
  try {
    const said: unknown = JSON.parse(readFileSync(record, 'utf8'));
    return typeof said === 'object' && said !== null ? (said as Record<string, Memory>) : {};
  } catch {
    return {};
  }
}

function memoryOf(files: HookFiles): Memory | null {
  const found: Partial<Memory> | undefined = memories(files)[files.settings];
  const { sha256, backup } = found ?? {};
  return typeof sha256 === 'string' && (backup === null || typeof backup === 'string')
    ? { sha256, backup }
    : null;
}

/** Whether they were installed, and not taken out again by us. */
export function isRemembered(files: HookFiles): boolean {
  return memoryOf(files) !== null;
}

function remember(files: HookFiles, memory: Memory): void {
  putFile(
    files.record,
    `${JSON.stringify({ ...memories(files), [files.settings]: memory }, null, 2)}\n`,
    0o600,
  );
}

/** @returns what is still remembered */
function forget(files: HookFiles): Record<string, Memory> {
  const { [files.settings]: _, ...left } = memories(files);
  if (Object.keys(left).length > 0) putFile(files.record, `${JSON.stringify(left, null, 2)}\n`, 0o600);
  else rmSync(files.record, { force: true });
  return left;
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Somebody keeps something there.
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** What Node is started with, when it runs the source. */
function nodeFlags(): string[] {
  return process.execArgv.filter((flag) => flag.startsWith('--disable-warning'));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
