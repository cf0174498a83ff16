// Owns an event as a hook is given it, and its form for the daemon, which takes no large body.

export interface AgentEvent {
  readonly name: string;
  /** A tool waits for the answer; the others are about the session. */
  readonly isOfTool: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The daemon takes 64 KiB. */
const MAX_BYTES = 60 * 1024;
/** What is kept of the texts that a tool printed, in characters of four bytes at most: programs complain at the end. */
const MAX_KEPT = 12_000;
const MAX_DEPTH = 4;
const KEPT_FIELDS = ['session_id', 'cwd', 'permission_mode', 'hook_event_name', 'tool_name'];

/** @returns null for what is no event */
export function parseEvent(text: string): AgentEvent | null {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return null;
    const { hook_event_name: name } = fields as Record<string, unknown>;
    if (typeof name !== 'string') return null;
    return { name, isOfTool: name.includes('Tool'), fields: fields as AgentEvent['fields'] };
  } catch {
    return null;
  }
}

/** The body to send; of a long output the end is kept. @returns null where nothing could be done with a shorter one */
export function fitting({ name, fields }: AgentEvent): Readonly<Record<string, unknown>> | null {
  if (Buffer.byteLength(JSON.stringify(fields)) <= MAX_BYTES) return fields;
  if (!name.startsWith('PostToolUse')) return null;
  const texts = [...textsIn(fields.tool_response, 0), ...textsIn(fields.error, 0)].join('\n');
  const kept = Object.fromEntries(KEPT_FIELDS.map((each) => [each, fields[each]]));
  return { ...kept, tool_response: texts.slice(-MAX_KEPT) };
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return [];
  return Object.values(value).flatMap((each) => textsIn(each, depth + 1));
}
