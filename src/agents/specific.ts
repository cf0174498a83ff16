// Owns the envelope in which several agents want the answer to one event.

import type { Fields } from './event.ts';

export function specific(event: string, fields: Fields): Fields {
  return { hookSpecificOutput: { hookEventName: event, ...fields } };
}
