// Owns the proof that each agent's hooks, as they are installed, answer it in its own words: JSON in, JSON out, with a real daemon.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Fields, startAgent, type TestAgent } from './agent-hooks.ts';
import { openPlace, PROGRAM } from './cli-harness.ts';
import { freeRange } from './port-range.ts';
import { at, SPEAKERS } from './speakers.ts';

const COMPLAINT = 'Error: listen EADDRINUSE: address already in use';

const place = openPlace();
const range = freeRange('speaking', 60);
const agents: TestAgent[] = [];
/** The server of somebody else. */
const server = createServer();
let foreign = 0;

before(async () => {
  const bin = place.directory('bin');
  symlinkSync(PROGRAM, join(bin, 'styxy'));
  place.env.PATH = `${bin}:${place.env.PATH}`;
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.home, 'config.json'), JSON.stringify({ service_types: { api: { range } } }));
  for (const { folder } of Object.values(SPEAKERS)) place.directory(folder);
  place.directory('.config/opencode');
  const installed = await place.styxy(['hooks', 'install', '--json']);
  assert.equal(installed.status, 0, installed.stderr);
  await place.styxy(['daemon', 'start']);
  const other = place.directory('other');
  foreign = Number((await place.styxy(['allocate', '-s', 'api', '-q', '--project', other])).stdout);
  await once(server.listen(foreign, '127.0.0.1'), 'listening');
});
after(async () => {
  server.close();
  for (const agent of agents) await agent.kill();
  await place.styxy(['hooks', 'uninstall']);
  await place.close();
});

for (const [name, speaker] of Object.entries(SPEAKERS)) {
  describe(`the hooks of ${name}`, () => {
    const app = place.directory(`app-${name}`);
    const session = `session-${name}`;
    let agent: TestAgent;

    before(() => {
      const scripts = { dev: 'node server.js' };
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: `app-${name}`, scripts }));
      writeFileSync(join(app, 'server.js'), 'process.env.PORT');
      const settings: unknown = JSON.parse(readFileSync(join(place.dir, speaker.file), 'utf8'));
      agent = startAgent(place, session, app, (event) =>
        String(at(settings, ['hooks', event, ...speaker.command])),
      );
      agents.push(agent);
    });

    async function answer(event: string, command: string, output: string | null = null): Promise<Fields> {
      const body = speaker.body({ session, cwd: app, event, command, output });
      const { status, stdout, stderr } = await agent.send(event, body);
      assert.deepEqual([status, stderr], [0, '']);
      return stdout === speaker.silence ? {} : JSON.parse(stdout);
    }

    it('put a lease and `styxy run` before a server, and leave the decision as it is', async () => {
      const said = await answer(speaker.before, 'npm run dev');
      const rewritten = String(at(said, speaker.rewritten));
      const [, port] = /^.* run --lock \S+ -p (\d+) -- npm run dev$/.exec(rewritten) ?? [];
      assert.ok(Number(port) >= range[0] && Number(port) <= range[1], rewritten);
      assert.equal(rewritten.startsWith('styxy run'), speaker.keepsPath, rewritten);
      assert.partialDeepStrictEqual(at(said, speaker.rewritten.slice(0, 1)), speaker.rewrites);
      const listed = await place.styxy(['list', '--json']);
      assert.match(listed.stdout, new RegExp(`"instance_id": *"${name}-${session}"`));
    });

    it("refuse to end another one's server, and say whose it is", async () => {
      const said = await answer(speaker.before, `npx kill-port ${foreign}`);
      assert.partialDeepStrictEqual(at(said, speaker.refusal.slice(0, -1)), speaker.refuses);
      assert.match(String(at(said, speaker.refusal)), /would end a server that is not yours.*other/);
    });

    it('explain an address that is in use', async () => {
      const said = await answer(speaker.after, 'npm run dev', `${COMPLAINT} 127.0.0.1:${foreign}`);
      assert.match(String(at(said, speaker.told)), new RegExp(`^Styxy: .*port ${foreign}\\b`, 's'));
    });

    it('tell a session its ports, in its shells too where the agent takes that', async () => {
      const source = { source: 'startup' };
      const { stdout } = await agent.send(speaker.start, {
        ...speaker.body({ session, cwd: app, event: speaker.start, command: '', output: null }),
        ...source,
      });
      const said = JSON.parse(stdout);
      assert.match(String(at(said, speaker.told)), /hands out the ports of this machine/);
      const variables = speaker.variables === null ? null : at(said, speaker.variables);
      if (variables !== null)
        assert.partialDeepStrictEqual(variables, { STYXY_INSTANCE: `${name}-${session}` });
    });

    it('say nothing of what is none of their business', async () => {
      for (const command of ['ls -la', 'git status', 'rm -rf node_modules'])
        assert.deepEqual(await answer(speaker.before, command), {});
      assert.deepEqual(await answer(speaker.after, 'ls', 'README.md'), {});
    });

    it('let the agent go on with input that makes no sense', async () => {
      for (const body of [{}, { tool_input: 7 }, { session_id: session, hook_event_name: speaker.before }]) {
        const { status, stdout, stderr } = await agent.send(speaker.before, body);
        assert.deepEqual([status, stdout, stderr], [0, speaker.silence, '']);
      }
    });
  });
}

describe('the hooks of cursor before a command of the shell', () => {
  it('have the user asked where the configuration says so, and refuse elsewhere', async () => {
    const cwd = place.directory('app-asked');
    const config = { service_types: { api: { range } }, hooks: { kill_guard: 'ask' } };
    writeFileSync(join(place.home, 'config.json'), JSON.stringify(config));
    await place.styxy(['daemon', 'restart']);
    const settings: unknown = JSON.parse(readFileSync(join(place.dir, '.cursor', 'hooks.json'), 'utf8'));
    const agent = startAgent(place, 'asked', cwd, (event) =>
      String(at(settings, ['hooks', event, 0, 'command'])),
    );
    agents.push(agent);
    const command = `npx kill-port ${foreign}`;
    const common = { conversation_id: 'asked', workspace_roots: [cwd], cursor_version: '3.1.0', cwd };
    const tool = { hook_event_name: 'preToolUse', tool_name: 'Shell', tool_input: { command } };
    assert.equal((await agent.send('preToolUse', { ...common, ...tool })).stdout, '{}');
    const shell = { hook_event_name: 'beforeShellExecution', command };
    const asked = JSON.parse((await agent.send('beforeShellExecution', { ...common, ...shell })).stdout);
    assert.equal(asked.permission, 'ask');
    assert.match(asked.agent_message, /would end a server that is not yours/);
    const started = { ...shell, command: 'node server.js' };
    assert.equal((await agent.send('beforeShellExecution', { ...common, ...started })).stdout, '{}');
  });
});

describe('the plug-in of opencode, installed', () => {
  it('answers in the module itself', async () => {
    const cwd = place.directory('app-opencode');
    const scripts = { dev: 'node server.js' };
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'app-opencode', scripts }));
    writeFileSync(join(cwd, 'server.js'), 'process.env.PORT');
    const file = join(place.dir, '.config', 'opencode', 'plugins', 'styxy.js');
    const module = await import(pathToFileURL(file).href);
    const hooks = await module.Styxy({ directory: cwd });
    const call = { tool: 'bash', sessionID: 'ses_1', callID: 'call_1' };
    const output = { args: { command: 'npm run dev', timeout: 5 } };
    await hooks['tool.execute.before'](call, output);
    assert.match(output.args.command, / run --lock \S+ -p \d+ -- npm run dev$/);
    const env = { env: {} };
    await hooks['shell.env']({ cwd, sessionID: 'ses_1' }, env);
    assert.partialDeepStrictEqual(env.env, { STYXY_INSTANCE: 'opencode-ses_1' });
    const result = { title: '', output: `${COMPLAINT} 127.0.0.1:${foreign}`, metadata: {} };
    await hooks['tool.execute.after'](call, result);
    assert.match(result.output, new RegExp(`Styxy: .*port ${foreign}\\b`, 's'));
    await hooks.event({ event: { type: 'session.deleted', properties: { info: { id: 'ses_1' } } } });
    const listed = await place.styxy(['instances', 'list', '--json']);
    assert.doesNotMatch(listed.stdout, /opencode-ses_1/);
  });
});
