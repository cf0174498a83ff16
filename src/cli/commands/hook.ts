// Owns `styxy hook`: what an agent runs at its events. Whatever happens, the agent goes on as if there were no hook.

import { AGENT_NAMES } from '../../agents/occasions.ts';
import type { Command } from '../command.ts';
import { print } from '../write.ts';

export const hookCommand: Command = {
  name: 'hook',
  summary: "Answer an agent's event: JSON in, JSON out",
  details: [
    'An agent runs it by itself, as its settings say. It reads one event from standard input and prints what the agent is to know or to do, nothing in most cases. Its exit status is always 0: without a daemon, with input that makes no sense, or too late, it says nothing, and the agent goes on.',
  ],
  usage: ['hook AGENT [EVENT]'],
  arguments: [
    { name: 'AGENT', description: `the kind of agent: ${AGENT_NAMES.join(', ')}`, isOptional: true },
    { name: 'EVENT', description: 'the event, where it does not say its own name', isOptional: true },
  ],
  options: {
    'agent-pid': { kind: 'value', value: 'PID', description: "The agent's process; found unless given" },
    late: {
      kind: 'flag',
      description: 'Start the daemon first: how a hook that must not wait hands on its event',
    },
  },
  examples: [{ line: 'styxy hook claude < event.json', description: 'What would the agent be told?' }],
  exits: { 0: 'always' },
  async run(invocation) {
    try {
      const { answerEvent } = await import('../hook/answer-event.ts');
      const answer = await answerEvent({
        agent: invocation.words[0] ?? '',
        event: invocation.words[1] ?? null,
        agentPid: invocation.integer('agent-pid', 1, 2_147_483_647),
        isLate: invocation.has('late'),
        env: invocation.env,
      });
      if (answer !== null) print(answer);
    } catch {
      // The agent goes on as if there were no hook.
    }
    return 0;
  },
};
