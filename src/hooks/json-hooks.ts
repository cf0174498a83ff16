// Owns hooks in a JSON file of an agent's: how ours are put in, known again, and taken out, with everything else left as it is.

import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import type { Fields } from '../agents/event.ts';
import { hookMark } from '../agents/hook-mark.ts';
import type { AgentName } from '../agents/occasions.ts';
import { parseDocument } from '../config/config-document.ts';
import { appendChild, editDocument, removeChild } from '../config/edit-document.ts';
import type { HookCall, HookEntry, HookText } from './hooked-agent.ts';

export interface JsonHooks {
  readonly agent: AgentName;
  /** Below `hooks` and the event's name: `groups` of handlers with a matcher each, or a `list` of handlers. */
  readonly form: 'groups' | 'list';
  /** What a file says of its form besides; a new file begins with it. */
  readonly version?: number;
  readonly events: readonly (readonly [event: string, matcher: string | null])[];
  /** What the settings say of a hook. */
  handlerOf(command: string): Fields;
}

/** Where handlers have their command. */
const COMMAND_KEYS = ['command', 'bash', 'powershell'];

export function jsonHooks(spec: JsonHooks): HookText {
  const found = (text: string): HookEntry[] => ownHandlers(spec, text).map(({ entry }) => entry);
  return {
    shape: 'object of settings into which hooks fit: `hooks` is an object there, with a list for each event',
    found,
    put(text, call) {
      const wanted = wantedHooks(spec, call);
      const present = text === null ? [] : found(text);
      if (
        present.length === wanted.length &&
        wanted.every((each) => present.some((one) => isSame(each, one)))
      )
        return text;
      let edited = withVersion(spec, withoutHooks(spec, text === null || text.trim() === '' ? '{}\n' : text));
      for (const entry of wanted) {
        if (edited === null) return null;
        edited = withEntry(spec, edited, entry);
      }
      return edited;
    },
    take: (text) => withoutHooks(spec, text),
  };
}

function wantedHooks({ agent, events, handlerOf }: JsonHooks, call: HookCall): HookEntry[] {
  return events.map(([event, matcher]) => {
    const command = `${call(event)} ${hookMark(agent)}`;
    return { event, matcher, command, handler: handlerOf(command) };
  });
}

function withVersion({ version }: JsonHooks, text: string | null): string | null {
  if (version === undefined || text === null) return text;
  const { root } = parseDocument(text);
  const isThere = root !== null && findNodeAtLocation(root, ['version']) !== undefined;
  return isThere ? text : editDocument(text, [{ path: ['version'], value: version }]);
}

/** Takes our hooks out, and what held nothing but them. @returns null where the text is no object */
function withoutHooks(spec: JsonHooks, text: string): string | null {
  let edited = text;
  for (;;) {
    const { root, errors } = parseDocument(edited);
    if (root?.type !== 'object' || errors.length > 0) return null;
    const [found] = ownHandlers(spec, edited);
    if (found === undefined) return edited;
    edited = removeEmptied(edited, found.path);
  }
}

interface Handler {
  readonly entry: HookEntry;
  /** `hooks`, event, place in the list; where there are groups, `hooks` and the handler's place in it. */
  readonly path: readonly (string | number)[];
}

function ownHandlers(spec: JsonHooks, text: string): Handler[] {
  const { root } = parseDocument(text);
  const hooks = root === null ? undefined : findNodeAtLocation(root, ['hooks']);
  const lists = objectOf(hooks === undefined ? null : getNodeValue(hooks));
  return Object.entries(lists).flatMap(([event, list]) =>
    listOf(list).flatMap((item, at) => handlersOf(spec, event, item, at)),
  );
}

function handlersOf({ agent, form }: JsonHooks, event: string, item: unknown, at: number): Handler[] {
  const { matcher, ...rest } = objectOf(item);
  const handlers = form === 'groups' ? listOf(rest.hooks) : [rest];
  return handlers.flatMap((each, index) => {
    const handler = objectOf(each);
    const command = COMMAND_KEYS.map((key) => handler[key]).find((value) => typeof value === 'string');
    if (typeof command !== 'string' || !isOurs(agent, command)) return [];
    const entry = { event, matcher: typeof matcher === 'string' ? matcher : null, command, handler };
    const path = ['hooks', event, at];
    return [{ entry, path: form === 'groups' ? [...path, 'hooks', index] : path }];
  });
}

function isOurs(agent: AgentName, command: string): boolean {
  return (
    command.endsWith(hookMark(agent)) || new RegExp(`\\bstyxy(?:\\.cjs)?['"]? hook ${agent}\\b`).test(command)
  );
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

function withEntry({ form }: JsonHooks, text: string, { event, matcher, handler }: HookEntry): string | null {
  const matched = matcher === null ? {} : { matcher };
  const item = form === 'groups' ? { ...matched, hooks: [handler] } : { ...matched, ...handler };
  const there = nodeOf(text, event);
  const prepared = there === undefined ? editDocument(text, [{ path: ['hooks', event], value: [] }]) : text;
  const list = prepared === null ? undefined : nodeOf(prepared, event);
  return prepared === null || list?.type !== 'array' ? null : appendChild(prepared, list, item);
}

function nodeOf(text: string, event: string): Node | undefined {
  const { root } = parseDocument(text);
  return root === null ? undefined : findNodeAtLocation(root, ['hooks', event]);
}

/** What somebody added to a handler of ours makes it no other one. */
function isSame(wanted: HookEntry, present: HookEntry): boolean {
  const { event, matcher, handler } = wanted;
  return (
    event === present.event &&
    matcher === present.matcher &&
    Object.entries(handler).every(([key, value]) => present.handler[key] === value)
  );
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
