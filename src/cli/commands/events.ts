// Owns `styxy events`: what happens, as it happens.

import type { StreamEvent } from '../../api/schemas-events.ts';
import type { Command } from '../command.ts';
import { followEvents } from '../follow-events.ts';
import { reach } from '../reach.ts';
import { hasScreen } from '../terminal.ts';
import { print, say } from '../write.ts';
import { eventLines, seenLines } from './audit-lines.ts';

export const eventsCommand: Command = {
  name: 'events',
  summary: 'Show what happens, as it happens',
  details: [
    'What the audit records, and what is seen of leases besides: somebody listens, nobody does any more, a stranger does. It goes on until ctrl-C, also across a restart of the daemon; a daemon that was stopped is waited for, not started. `styxy audit` has what happened before.',
    'With --json each event is a document of its own, on one line. Events have numbers that rise by one; the event `resync` says that some were missed, so that whatever was kept must be loaded anew.',
  ],
  usage: ['events'],
  examples: [
    { line: 'styxy events', description: 'What agents and servers do with ports, live' },
    {
      line: 'styxy events --json | jq \'select(.event == "hijacked")\'',
      description: 'Ports that strangers take',
    },
  ],
  async run(invocation) {
    // One is started for the first look alone.
    (await reach(invocation)).close();
    if (!invocation.isJson && hasScreen()) say('Waiting for events; ctrl-C ends.');
    await followEvents(invocation, (events) => {
      for (const event of events)
        if (invocation.isJson) print(JSON.stringify(event));
        else for (const line of linesOf(event)) print(line);
    });
    return 0;
  },
};

function linesOf(event: StreamEvent): readonly string[] {
  // A name tells them apart, but names of events may be added: the fields say it to the compiler.
  if ('seq' in event) return eventLines(event);
  if ('state' in event) return seenLines(event);
  say('Events were missed. `styxy list` has the leases of now, `styxy audit` what happened.');
  return [];
}
