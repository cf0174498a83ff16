// Owns `styxy ui`: the dashboard, opened in the browser and signed in.

import type { SignInCodeAnswer } from '../../api/schemas-dashboard.ts';
import { expectOk } from '../../client/client.ts';
import { StyxyError } from '../../errors.ts';
import { openPage } from '../browser.ts';
import type { Command } from '../command.ts';
import { reach } from '../reach.ts';
import { tunnelCommand } from '../tunnel.ts';
import { print, printJson, say } from '../write.ts';

export const uiCommand: Command = {
  name: 'ui',
  summary: 'Open the dashboard',
  details: [
    'Opens the dashboard in your browser, signed in by a code that works once and for a minute. The page then has a session of its own for a day, in that tab alone; `styxy token rotate` ends all of them.',
    'Over SSH nothing is opened: it prints the page and the command that brings its port to your machine. Type that there, then open the page within the minute, or run `styxy ui --print` for a new one.',
    'With --json it prints the answer of POST /ui/code, with `opened` (whether a browser took it) and `tunnel` (the command of the tunnel; null where nobody came by SSH), and opens nothing with --print.',
  ],
  usage: ['ui [--print]'],
  options: { print: { kind: 'flag', description: 'Only print the URL' } },
  examples: [
    { line: 'styxy ui', description: 'See every port of the machine, live' },
    { line: 'styxy ui --print', description: 'The URL, for another browser' },
  ],
  async run(invocation) {
    const client = await reach(invocation);
    const answer = expectOk(await client.request<SignInCodeAnswer>('POST', '/ui/code'));
    client.close();
    const { url } = answer;
    if (url === null) {
      throw new StyxyError(
        'DAEMON_UNREACHABLE',
        'The daemon listens on no TCP port, and a browser needs one',
        {
          hint: 'Run `styxy doctor`: it says what keeps the port from being opened.',
        },
      );
    }
    const tunnel = tunnelCommand(Number(new URL(url).port), invocation.env);
    const isOpened = !invocation.has('print') && tunnel === null && (await openPage(url, invocation.env));
    if (invocation.isJson) {
      printJson({ ...answer, opened: isOpened, tunnel });
      return 0;
    }
    if (isOpened) {
      say('The dashboard opens in your browser.');
      return 0;
    }
    print(url);
    if (tunnel !== null)
      say(`Type this on your own machine, then open the page above within a minute:\n  ${tunnel}`);
    else if (!invocation.has('print'))
      say('No browser could be opened here. The page above signs one in within a minute.');
    return 0;
  },
};
