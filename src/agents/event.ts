// Owns the events of agents in one form for all of them, made from JSON that may be anything.

import { type AgentName, type Occasion, occasionOf } from './occasions.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What is known of an event. What is missing, or is no text where one belongs, is null. */
export interface AgentEvent {
  readonly occasion: Occasion;
  /** As the agent calls it: answers name it. */
  readonly name: string;
  readonly sessionId: string;
  /** Where the session works from now on. */
  readonly cwd: string;
  /** Of a start: whether it says that it goes on with what another session began. */
  readonly isContinued: boolean;
  /** Of an end: why, in the agent's own words. */
  readonly reason: string | null;
  readonly worktreePath: string | null;
  readonly permissionMode: string | null;
  /** Of a tool, as it came: an answer that changes it may have to echo every field. */
  readonly toolInput: Fields;
  readonly command: string | null;
  /** Where the command runs, if not where the session works; perhaps relative to that. */
  readonly directory: string | null;
  /** The texts that a tool printed, as one. */
  readonly output: string;
}

/** What a dialect finds in a body, before it is known to be of the right kind. */
export interface EventParts {
  readonly sessionId: unknown;
  readonly cwd: unknown;
  readonly isContinued?: boolean;
  readonly reason?: unknown;
  readonly worktreePath?: unknown;
  readonly permissionMode?: unknown;
  readonly toolInput?: unknown;
  readonly directory?: unknown;
  /** Whatever holds texts that a tool printed. */
  readonly outputs?: readonly unknown[];
}

/** How deep the answer of a tool is looked into for texts, and how much of them is kept: the end of it. */
const MAX_DEPTH = 4;
const MAX_OUTPUT = 64 * 1024;

/**
 * A reader of an agent's events. What is none of our business is null, and what has no session or directory: nothing can be said then.
 *
 * @param partsOf finds the parts in a body; null where the event is somebody else's
 */
export function eventReader(
  agent: AgentName,
  partsOf: (body: Fields, name: string, occasion: Occasion) => EventParts | null,
): (body: unknown) => AgentEvent | null {
  return (body) => {
    if (!isFields(body)) return null;
    const name = text(body.hook_event_name) ?? '';
    const occasion = occasionOf(agent, name);
    const parts = occasion === null ? null : partsOf(body, name, occasion);
    return occasion === null || parts === null ? null : eventOf(name, occasion, parts);
  };
}

function eventOf(name: string, occasion: Occasion, parts: EventParts): AgentEvent | null {
  const sessionId = text(parts.sessionId);
  const cwd = text(parts.cwd);
  if (sessionId === null || cwd === null) return null;
  const toolInput = fieldsOf(parts.toolInput);
  return {
    occasion,
    name,
    sessionId,
    cwd,
    isContinued: parts.isContinued ?? false,
    reason: text(parts.reason),
    worktreePath: text(parts.worktreePath),
    permissionMode: text(parts.permissionMode),
    toolInput,
    command: typeof toolInput.command === 'string' ? toolInput.command : null,
    directory: text(parts.directory),
    output: (parts.outputs ?? [])
      .flatMap((each) => textsIn(each, 0))
      .join('\n')
      .slice(-MAX_OUTPUT),
  };
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a value; none where it has none. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** What a text in JSON says; the value itself where it is none. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return [];
  return Object.values(value).flatMap((each) => textsIn(each, depth + 1));
}
