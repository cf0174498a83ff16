// Owns `styxy mcp`: the server by which coding agents ask for ports, in the Model Context Protocol.

import { commandLineEntry } from '../../client/daemon-entry.ts';
import type { Command } from '../command.ts';
import { printJson, say } from '../write.ts';

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'Serve the Model Context Protocol on standard input and output',
  details: [
    'A coding agent starts it and asks it for ports. Its tools: allocate_port, release_port, check_port, list_ports, explain_conflict, sibling_urls, status and cleanup. Each takes `cwd`, the directory that the agent works in; what gives something up takes `confirm`. The resource styxy://ports is the live port map, styxy://ports/PORT one port.',
    'It ends when standard input does. Messages for people go to standard error. Names, paths and commands of others are in the JSON of an answer alone, escaped and cut.',
    'With --json it serves nothing and prints the entry for the configuration of an agent, with Node and this program by absolute path: an agent in a worktree may find another Node.',
  ],
  usage: ['mcp'],
  examples: [
    { line: 'styxy mcp --json', description: 'The entry for .mcp.json, or for what your agent calls it' },
    {
      line: 'claude mcp add-json --scope user styxy "$(styxy mcp --json | jq -c .mcpServers.styxy)"',
      description: 'For Claude Code, in all projects',
    },
  ],
  async run({ isJson, env }) {
    if (isJson) {
      printJson({ mcpServers: { styxy: { command: process.execPath, args: [commandLineEntry(), 'mcp'] } } });
      return 0;
    }
    if (process.stdin.isTTY)
      say(
        'styxy mcp: serving an agent on standard input; ctrl-D ends it, `styxy mcp --json` prints the entry for an agent.',
      );
    const { serve } = await import('../../mcp/serve.ts');
    await serve(env);
    return 0;
  },
};
