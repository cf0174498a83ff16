// Owns the operation by which the events of coding agents come in.

import * as names from './names.ts';
import { type Operation, STORE } from './operation.ts';
import * as Type from './type.ts';

const optional = Type.optional;

export const HOOK_OPERATIONS = {
  hook: {
    method: 'POST',
    path: '/hook/:agent',
    summary: "Answer an agent's event",
    description:
      "Takes an event as the agent's hooks are given it, and answers what the hook is to print: an empty object where there is nothing to say. `styxy hook AGENT` sends events here. An event that makes no sense is answered by nothing, too.",
    params: Type.object({
      agent: Type.string({
        description: 'The kind of agent: `claude`, `codex`, `gemini`, `cursor`, `copilot` or `opencode`',
        pattern: '^[a-z][a-z0-9-]{0,29}$',
        'x-allowed': 'a name of lower-case letters, digits and hyphens, 30 at most',
      }),
    }),
    query: Type.object({
      pid: optional(names.pid({ description: "The hook's process, by whose ancestors the agent is known" })),
      agent_pid: optional(names.pid({ description: "The agent's own process, where the hook knows it" })),
      on_path: optional(
        Type.boolean({ description: "Whether `styxy` in the agent's shell is the daemon's own version" }),
      ),
    }),
    body: Type.object(
      {},
      { additionalProperties: true, description: 'The event, as the agent gives it to its hooks' },
    ),
    answers: {
      200: {
        description: 'What the hook is to print',
        schema: Type.object({}, { additionalProperties: true }),
      },
    },
    errors: STORE,
  },
} as const satisfies Record<string, Operation>;
