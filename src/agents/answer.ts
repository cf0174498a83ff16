// Owns what may be answered to an agent, before a dialect puts it into the agent's own words.

export type AgentAnswer =
  | { readonly kind: 'nothing' }
  /** Something for the agent to know. */
  | { readonly kind: 'tell'; readonly sentence: string }
  /** Keeps a command from running. */
  | { readonly kind: 'deny'; readonly reason: string }
  /** Has the user decide. */
  | { readonly kind: 'ask'; readonly reason: string }
  /** Has another command run. */
  | {
      readonly kind: 'replace';
      /** Whether the user is asked about it; `leave`: as the agent's own rules have it. */
      readonly permission: RewritePermission;
      readonly command: string;
      readonly reason: string;
    };

/** `allow`: nobody is asked. `ask`: the user is. `leave`: as the agent's own rules have it. */
export type RewritePermission = 'allow' | 'ask' | 'leave';

export const NOTHING: AgentAnswer = { kind: 'nothing' };

/** More context than this is cut off by the agents, or weighs on them. */
const MAX_CONTEXT = 10_000;

export function tell(sentence: string): AgentAnswer {
  return { kind: 'tell', sentence: capped(sentence) };
}

export function object(kind: 'deny' | 'ask', reason: string): AgentAnswer {
  return { kind, reason: capped(reason) };
}

export function replace(permission: RewritePermission, command: string, reason: string): AgentAnswer {
  return { kind: 'replace', permission, command, reason: capped(reason) };
}

function capped(text: string): string {
  return text.length <= MAX_CONTEXT ? text : `${text.slice(0, MAX_CONTEXT - 1)}…`;
}
