// Owns the answers that Claude Code's hooks may give, in its own words. No answer means: nothing to say.

/** More context than this is cut off by the agent. */
const MAX_CONTEXT = 10_000;

export type ClaudeAnswer = Readonly<Record<string, unknown>>;

export const NOTHING: ClaudeAnswer = {};

/** Something for the agent to know. */
export function tell(event: string, sentence: string): ClaudeAnswer {
  return specific(event, { additionalContext: capped(sentence) });
}

/** Keeps a command from running, or has the user asked about it. */
export function object(decision: 'deny' | 'ask', reason: string): ClaudeAnswer {
  return specific('PreToolUse', { permissionDecision: decision, permissionDecisionReason: capped(reason) });
}

/**
 * Has another command run. The agent's documents have it with a decision alone.
 *
 * @param input every field of the tool's input: it replaces the whole
 */
export function replace(
  decision: 'allow' | 'ask',
  input: Readonly<Record<string, unknown>>,
  reason: string,
): ClaudeAnswer {
  return specific('PreToolUse', {
    permissionDecision: decision,
    permissionDecisionReason: capped(reason),
    updatedInput: input,
    additionalContext: capped(reason),
  });
}

function specific(event: string, fields: Readonly<Record<string, unknown>>): ClaudeAnswer {
  return { hookSpecificOutput: { hookEventName: event, ...fields } };
}

function capped(text: string): string {
  return text.length <= MAX_CONTEXT ? text : `${text.slice(0, MAX_CONTEXT - 1)}…`;
}
