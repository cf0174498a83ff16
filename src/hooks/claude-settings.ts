// Owns what Styxy has in a settings file of Claude Code: which hooks, how they are put in, and how they are taken out again.

import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import { parseDocument } from '../config/config-document.ts';
import { appendChild, editDocument, removeChild } from '../config/edit-document.ts';

export interface HookEntry {
  readonly event: string;
  /** The names of tools, as the agent matches them; null where the event has none. */
  readonly matcher: string | null;
  readonly command: string;
  /** In seconds. The agent's own limit is ten minutes, and 1.5 s at the end of a session. */
  readonly timeout: number;
}

/** By the comment at its end a command is known as ours, wherever its program is. */
const MARK = '# styxy hook claude';
const OURS = /# styxy hook claude$|\bstyxy(?:\.cjs)?['"]? hook claude\b/;
const TIMEOUT_S = 5;

/**
 * What Styxy is told of, and of which tools. A WorktreeCreate hook would replace git's own creation, so that there is none.
 * What a server in the background prints comes by other tools than the one that started it.
 */
const EVENTS: readonly (readonly [event: string, matcher: string | null])[] = [
  ['SessionStart', null],
  ['CwdChanged', null],
  ['PreToolUse', 'Bash'],
  ['PostToolUse', 'Bash|BashOutput|TaskOutput'],
  ['PostToolUseFailure', 'Bash'],
  ['WorktreeRemove', null],
  ['SessionEnd', null],
];

/** @param call the words of a shell that run the hook of an event */
export function wantedHooks(call: (event: string) => string): HookEntry[] {
  return EVENTS.map(([event, matcher]) => ({
    event,
    matcher,
    command: `${call(event)} ${MARK}`,
    timeout: TIMEOUT_S,
  }));
}

/** The hooks of ours that a text has, in its order; none in a text that cannot be read. */
export function hooksIn(text: string): HookEntry[] {
  return ownHandlers(text).map(({ entry }) => entry);
}

/**
 * Puts hooks in, and takes out those of ours that were there before. Nothing else is changed.
 *
 * @returns null where the text is no object, or something else stands where the hooks belong
 */
export function withHooks(text: string, wanted: readonly HookEntry[]): string | null {
  const present = hooksIn(text);
  if (
    present.length === wanted.length &&
    wanted.every((each) => present.some((other) => isSame(each, other)))
  )
    return text;
  let edited = withoutHooks(text.trim() === '' ? '{}\n' : text);
  for (const entry of wanted) {
    if (edited === null) return null;
    edited = withEntry(edited, entry);
  }
  return edited;
}

/** Takes our hooks out, and what held nothing but them. @returns null where the text is no object */
export function withoutHooks(text: string): string | null {
  let edited = text;
  for (;;) {
    const { root, errors } = parseDocument(edited);
    if (root?.type !== 'object' || errors.length > 0) return null;
    const [found] = ownHandlers(edited);
    if (found === undefined) return edited;
    edited = removeEmptied(edited, found.path);
  }
}

interface Handler {
  readonly entry: HookEntry;
  /** hooks, event, group, `hooks`, handler */
  readonly path: readonly (string | number)[];
}

function ownHandlers(text: string): Handler[] {
  const { root } = parseDocument(text);
  const hooks = root === null ? undefined : findNodeAtLocation(root, ['hooks']);
  const found: Handler[] = [];
  for (const [event, groups] of Object.entries(objectOf(hooks === undefined ? null : getNodeValue(hooks)))) {
    for (const [at, group] of listOf(groups).entries()) {
      const { matcher, hooks: handlers } = objectOf(group);
      for (const [index, handler] of listOf(handlers).entries()) {
        const { command, timeout } = objectOf(handler);
        if (typeof command !== 'string' || !OURS.test(command)) continue;
        const entry = {
          event,
          matcher: typeof matcher === 'string' ? matcher : null,
          command,
          timeout: typeof timeout === 'number' ? timeout : 0,
        };
        found.push({ entry, path: ['hooks', event, at, 'hooks', index] });
      }
    }
  }
  return found;
}

/** Removes what is at a path, and each thing above it that held nothing else. */
function removeEmptied(text: string, path: readonly (string | number)[]): string {
  const { root } = parseDocument(text);
  let target = path;
  while (target.length > 1 && root !== null) {
    const above = nodeAt(root, target.slice(0, -1));
    const isOfGroup = target.length === 4;
    // A group has a matcher beside its handlers, which means nothing without them.
    if (!isOfGroup && (above?.children?.length ?? 0) > 1) break;
    target = target.slice(0, -1);
  }
  const holder = root === null ? undefined : nodeAt(root, target.slice(0, -1));
  const key = target.at(-1);
  const children = holder?.children ?? [];
  const index =
    typeof key === 'number'
      ? key
      : children.findIndex(({ children: parts }) => parts?.[0] !== undefined && parts[0].value === key);
  return removeChild(text, children, index);
}

function nodeAt(root: Node, path: readonly (string | number)[]): Node | undefined {
  return findNodeAtLocation(root, [...path]);
}

function withEntry(text: string, { event, matcher, command, timeout }: HookEntry): string | null {
  const group = {
    ...(matcher === null ? {} : { matcher }),
    hooks: [{ type: 'command', command, timeout }],
  };
  const there = nodeOf(text, event);
  const prepared = there === undefined ? editDocument(text, [{ path: ['hooks', event], value: [] }]) : text;
  const list = prepared === null ? undefined : nodeOf(prepared, event);
  return prepared === null || list?.type !== 'array' ? null : appendChild(prepared, list, group);
}

function nodeOf(text: string, event: string): Node | undefined {
  const { root } = parseDocument(text);
  return root === null ? undefined : findNodeAtLocation(root, ['hooks', event]);
}

function isSame(a: HookEntry, b: HookEntry): boolean {
  return a.event === b.event && a.matcher === b.matcher && a.command === b.command && a.timeout === b.timeout;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
