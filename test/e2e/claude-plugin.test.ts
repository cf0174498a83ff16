// Owns the proof that the plug-in for Claude Code acts as its manifests say, and never beside the hooks in the settings.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type HookOutcome, startAgent, type TestAgent } from './agent-hooks.ts';
import { openPlace, ROOT } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

const place = openPlace();
const app = place.directory('app');
const agents: TestAgent[] = [];
after(async () => {
  for (const agent of agents) await agent.kill();
  await place.close();
});

/** What Claude Code puts into a hook's environment, and its command as the plug-in has it. */
function commandOf(event: string): string {
  const { hooks } = JSON.parse(readFileSync(join(ROOT, 'hooks', 'hooks.json'), 'utf8'));
  const variables = {
    CLAUDE_PLUGIN_ROOT: ROOT.replace(/\/$/, ''),
    CLAUDE_PROJECT_DIR: app,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  };
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return [...exports, hooks[event][0].hooks[0].command].join('; ');
}

describe('the plug-in for Claude Code', {
  skip: process.platform === 'win32' ? 'it is a POSIX script' : false,
}, () => {
  let agent: TestAgent;

  before(async () => {
    mkdirSync(place.home, { recursive: true, mode: 0o700 });
    const config = { service_types: { api: { range: freeRange('speaking', 20) } } };
    writeFileSync(join(place.home, 'config.json'), JSON.stringify(config));
    writeFileSync(
      join(app, 'package.json'),
      JSON.stringify({ name: 'app', scripts: { dev: 'node server.js' } }),
    );
    writeFileSync(join(app, 'server.js'), 'process.env.PORT');
    await place.styxy(['daemon', 'start']);
    agent = startAgent(place, 'plugged', app, commandOf);
    agents.push(agent);
  });

  const start = (): Promise<HookOutcome> =>
    agent.event('PreToolUse', { tool_name: 'Bash', tool_input: { command: 'npm run dev' } });

  it('registers the session and gives a server its port', async () => {
    const { said } = await agent.event('SessionStart', { source: 'startup' });
    assert.match(said.additionalContext ?? '', /hands out the ports of this machine/);
    assert.match((await start()).said.updatedInput?.command ?? '', / run --lock \S+ -p \d+ -- npm run dev$/);
    const nothing = { tool_name: 'Bash', tool_input: { command: 'git status' } };
    assert.deepEqual(await agent.event('PreToolUse', nothing), {
      status: 0,
      stdout: '',
      stderr: '',
      said: {},
    });
  });

  it('is silent where the settings have the hooks, of the user or of the project', async () => {
    for (const scope of [[], ['--project']]) {
      const words = ['--agent', 'claude', ...scope];
      assert.equal((await place.styxy(['hooks', 'install', ...words], { cwd: app })).status, 0);
      const { status, stdout } = await start();
      assert.deepEqual([status, stdout], [0, ''], words.join(' '));
      await place.styxy(['hooks', 'uninstall', ...words], { cwd: app });
      assert.notEqual((await start()).stdout, '');
    }
  });

  it('names a program for the MCP server that is built', () => {
    const { mcpServers } = JSON.parse(readFileSync(join(ROOT, '.claude-plugin', 'plugin.json'), 'utf8'));
    const [program, word] = mcpServers.styxy.args;
    assert.ok(existsSync(program.replace(/^\$\{CLAUDE_PLUGIN_ROOT\}/, ROOT)));
    assert.equal(word, 'mcp');
  });
});
