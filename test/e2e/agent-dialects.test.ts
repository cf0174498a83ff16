// Owns the proof that each agent's hooks, as they are installed, answer it in its own words: JSON in, JSON out, with a real daemon.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Fields, startAgent, type TestAgent } from './agent-hooks.ts';
import { openPlace } from './cli-harness.ts';
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
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.home, 'config.json'), JSON.stringify({ service_types: { api: { range } } }));
  for (const { folder } of Object.values(SPEAKERS)) place.directory(folder);
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
      return stdout === '' ? {} : JSON.parse(stdout);
    }

    it('put a lease and `styxy run` before a server, and leave the decision as it is', async () => {
      const said = await answer(speaker.before, 'npm run dev');
      const rewritten = String(at(said, speaker.rewritten));
      const [, port] = /^.* run --lock \S+ -p (\d+) -- npm run dev$/.exec(rewritten) ?? [];
      assert.ok(Number(port) >= range[0] && Number(port) <= range[1], rewritten);
      assert.partialDeepStrictEqual(at(said, speaker.rewritten.slice(0, 1)) ?? said, speaker.rewrites);
      const listed = await place.styxy(['list', '--json']);
      assert.match(listed.stdout, new RegExp(`"instance_id": *"${name}-${session}"`));
    });

    it("refuse to end another one's server, and say whose it is", async () => {
      const said = await answer(speaker.before, `npx kill-port ${foreign}`);
      assert.match(String(at(said, speaker.refusal)), /would end a server that is not yours.*other/);
    });

    it('explain an address that is in use', async () => {
      const said = await answer(speaker.after, 'npm run dev', `${COMPLAINT} 127.0.0.1:${foreign}`);
      assert.match(String(at(said, speaker.told)), new RegExp(`^Styxy: .*port ${foreign}\\b`, 's'));
    });

    it('say nothing of what is none of their business', async () => {
      for (const command of ['ls -la', 'git status', 'rm -rf node_modules'])
        assert.deepEqual(await answer(speaker.before, command), {});
      assert.deepEqual(await answer(speaker.after, 'ls', 'README.md'), {});
    });

    it('let the agent go on with input that makes no sense', async () => {
      for (const body of [{}, { tool_input: 7 }, { session_id: session, hook_event_name: speaker.before }]) {
        const { status, stdout, stderr } = await agent.send(speaker.before, body);
        assert.deepEqual([status, stdout.replace('{}', '').trim(), stderr], [0, '', '']);
      }
    });
  });
}
