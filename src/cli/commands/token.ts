// Owns `styxy token`: the token of TCP, replaced.

import type { RotateAnswer } from '../../api/schemas-daemon.ts';
import { expectOk } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const rotate: Command = {
  name: 'rotate',
  summary: 'Replace the token; the former one is refused from then on',
  usage: ['token rotate'],
  examples: [{ line: 'styxy token rotate', description: 'After the token was seen by others' }],
  async run(invocation) {
    const client = await reach(invocation);
    const answer = expectOk(await client.request<RotateAnswer>('POST', '/token/rotate'));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(`${answer.message} (${answer.token})`));
    return 0;
  },
};

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Replace the token that TCP needs',
  usage: ['token rotate'],
  examples: [{ line: 'styxy token rotate', description: 'After the token was seen by others' }],
  subcommands: [rotate],
  run: rotate.run,
};
