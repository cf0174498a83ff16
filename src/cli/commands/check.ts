// Owns `styxy check`: whether a port is free, who holds it, and what to do.

import type { CheckAnswer } from '../../api/schemas.ts';
import { expectOk } from '../../client/client.ts';
import { type Command, parseInteger } from '../command.ts';
import { callerProject, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const TAKEN_STATUS = 1;

export const checkCommand: Command = {
  name: 'check',
  summary: 'Say who holds a port, and what to do',
  details: [
    'Of a port that is taken it says in two sentences who has it, since when, and what to do: a program that cannot have its port has met a conflict, and no bug.',
  ],
  usage: ['check PORT [--udp]'],
  arguments: [{ name: 'PORT', description: 'a port from 1 to 65535' }],
  options: { udp: { kind: 'flag', description: 'The UDP port' } },
  examples: [{ line: 'styxy check 3000', description: 'Who has port 3000?' }],
  exits: {
    0: 'the port is free',
    1: 'the port is taken, or that cannot be known, or the request was refused',
  },
  async run(invocation) {
    const port = parseInteger(invocation.words[0] ?? '', 'PORT', 1, 65_535);
    const client = await reach(invocation);
    const protocol = invocation.has('udp') ? 'udp' : null;
    const project = callerProject();
    // A path that no request can name has no lease either.
    const isNameable = project !== null && !/[\p{C}\u2028\u2029]/u.test(project);
    const path = `/check/${port}${query({ protocol, project_path: isNameable ? project : null })}`;
    const answer = expectOk(await client.request<CheckAnswer>('GET', path));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(answer.suggestion));
    return answer.available ? 0 : TAKEN_STATUS;
  },
};
