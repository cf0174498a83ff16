// Owns an event as a hook is given it, and its form for the daemon, which takes no large body.

import { MAX_BODY_BYTES } from '../../agents/event-size.ts';
import { isAgentName, type Occasion, occasionOf } from '../../agents/occasions.ts';

export interface AgentEvent {
  readonly occasion: Occasion;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is kept of each text that a tool printed, in characters of four bytes at most: programs complain at the end. */
const MAX_KEPT = [12_000, 3_000, 500] as const;
const MAX_DEPTH = 6;

/**
 * @param given the event's name, as the agent's settings have it: not every agent puts it into the event
 * @returns null for what is no event, or none of our business
 */
export function parseEvent(agent: string, given: string | null, text: string): AgentEvent | null {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== 'object' || said === null || Array.isArray(said) || !isAgentName(agent)) return null;
    const fields = said as AgentEvent['fields'];
    const name = fields.hook_event_name ?? given;
    const occasion = typeof name === 'string' ? occasionOf(agent, name) : null;
    return occasion === null ? null : { occasion, fields: { ...fields, hook_event_name: name } };
  } catch {
    return null;
  }
}

/** Whether a tool waits for the answer; the others are about the session. */
export function isOfTool({ occasion }: AgentEvent): boolean {
  return occasion.endsWith('-command');
}

/** The body to send; of long outputs the ends are kept. @returns null where nothing could be done with a shorter one */
export function fitting({ occasion, fields }: AgentEvent): Readonly<Record<string, unknown>> | null {
  if (isSmall(fields)) return fields;
  if (occasion !== 'after-command' && occasion !== 'failed-command') return null;
  for (const maxLength of MAX_KEPT) {
    const kept = withEnds(fields, maxLength, 0);
    if (isSmall(kept)) return kept as AgentEvent['fields'];
  }
  return null;
}

function isSmall(body: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(body)) <= MAX_BODY_BYTES;
}

function withEnds(value: unknown, maxLength: number, depth: number): unknown {
  if (typeof value === 'string') return value.slice(-maxLength);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return null;
  const kept = Object.entries(value).map(([key, each]) => [key, withEnds(each, maxLength, depth + 1)]);
  return Array.isArray(value) ? kept.map(([, each]) => each) : Object.fromEntries(kept);
}
