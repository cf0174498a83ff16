import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAgent, type TestAgent } from './agent-hooks.ts';
import { openPlace, PROGRAM } from './cli-harness.ts';

interface Instance {
  readonly instance_id: string;
  readonly pid: number | null;
  readonly working_directory: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const place = openPlace();
const agents: TestAgent[] = [];
after(async () => {
  for (const agent of agents) await agent.kill();
  await place.close();
});

function agentIn(session: string, cwd: string, commandOf?: (event: string) => string): TestAgent {
  const agent = startAgent(place, session, cwd, commandOf);
  agents.push(agent);
  return agent;
}

async function instances(): Promise<readonly Instance[]> {
  return JSON.parse((await place.styxy(['instances', 'list', '--json'])).stdout).instances;
}

async function instanceOf(session: string): Promise<Instance | undefined> {
  return (await instances()).find(({ metadata }) => metadata.session_id === session);
}

describe('sessions of Claude Code', () => {
  it('bring the daemon up, and are registered with their process', async () => {
    const app = place.directory('first');
    const agent = agentIn('one', app);
    const outcome = await agent.event('SessionStart', { source: 'startup' });
    assert.deepEqual(
      [outcome.status, outcome.stdout, outcome.stderr],
      [0, '', ''],
      'nobody waits for a daemon',
    );
    let found: Instance | undefined;
    for (let tries = 0; found === undefined && tries < 200; tries++) {
      await sleep(50);
      // No daemon is started by the question.
      const listed = await place.styxy(['instances', 'list', '--json'], { env: { STYXY_AUTOSTART: '0' } });
      found = listed.status === 0 ? JSON.parse(listed.stdout).instances[0] : undefined;
    }
    assert.equal(found?.instance_id, 'claude-one');
    assert.equal(found?.pid, agent.pid);
    assert.equal(found?.working_directory, app);
  });

  it('are told their ports and get variables, never PORT', async () => {
    const app = place.directory('told');
    await place.styxy(['allocate', '-s', 'api', '-n', 'my-api', '--project', app]);
    const agent = agentIn('two', app);
    const { said } = await agent.event('SessionStart', { source: 'startup' });
    assert.match(said.additionalContext ?? '', /"my-api" http/);
    assert.match(agent.exports(), /^export STYXY_INSTANCE=claude-two$/m);
    assert.match(agent.exports(), /^export STYXY_PORT_MY_API=\d+$/m);
    assert.match(agent.exports(), /^export STYXY_URL_MY_API=http:\S+$/m);
    assert.match(agent.exports(), /^export STYXY_SLUG=told_[a-z0-9]+$/m);
    assert.doesNotMatch(agent.exports(), /export PORT=/);
  });

  it('keep what is theirs when they are cleared or resumed', async () => {
    const app = place.directory('kept');
    const agent = agentIn('three', app);
    await agent.event('SessionStart', { source: 'startup' });
    await agent.event('SessionEnd', { reason: 'clear' });
    await agent.event('SessionStart', { source: 'clear', session_id: 'three-b' });
    assert.equal((await instanceOf('three-b'))?.instance_id, 'claude-three');
    await agent.event('SessionStart', { source: 'fork', session_id: 'three-fork' });
    assert.equal((await instanceOf('three-fork'))?.instance_id, 'claude-three');
    await agent.kill();
    const later = agentIn('three-c', app);
    let id: string | undefined;
    // That the former agent is gone is seen at the next look of the watch.
    for (let tries = 0; id !== 'claude-three' && tries < 200; tries++) {
      await sleep(100);
      await later.event('SessionStart', { source: 'resume' });
      id = (await instanceOf('three-c'))?.instance_id;
      if (id !== 'claude-three') await later.event('SessionEnd', { reason: 'other' });
    }
    assert.equal(id, 'claude-three');
  });

  it('that end without a word are noticed, and what they held is free', async () => {
    const app = place.directory('silent');
    const agent = agentIn('silent', app);
    await agent.event('SessionStart', { source: 'startup' });
    const tool_input = { command: 'npx vite' };
    const mode = { permission_mode: 'bypassPermissions', tool_name: 'Bash' };
    // What a subagent starts is its session's.
    const subagent = { agent_id: 'a1', agent_type: 'general-purpose' };
    await agent.event('PreToolUse', { ...mode, ...subagent, tool_input });
    const held = async (): Promise<readonly string[]> => {
      const { stdout } = await place.styxy(['list', '--json', '--project', app]);
      const { allocations } = JSON.parse(stdout) as { allocations: { instance_id: string }[] };
      return allocations.map(({ instance_id: id }) => id);
    };
    assert.deepEqual(await held(), ['claude-silent']);
    await agent.kill();
    for (let tries = 0; (await held()).length > 0 && tries < 300; tries++) await sleep(100);
    assert.deepEqual(await held(), []);
  });

  it('move to another worktree, and end', async () => {
    const [app, other] = [place.directory('from'), place.directory('to')];
    await place.styxy(['allocate', '-s', 'api', '-n', 'only-here', '--project', app]);
    const agent = agentIn('four', app);
    await agent.event('SessionStart', { source: 'startup' });
    const { said } = await agent.event('CwdChanged', { old_cwd: app, new_cwd: other });
    assert.match(said.additionalContext ?? '', /has no port yet/);
    assert.match(agent.exports(), /^unset STYXY_PORT_ONLY_HERE$/m);
    assert.equal((await instanceOf('four'))?.working_directory, other);
    await agent.event('SessionEnd', { reason: 'other', cwd: other });
    assert.equal(await instanceOf('four'), undefined);
  });

  it('release what a removed worktree had', async () => {
    const app = place.directory('removed');
    await place.styxy(['allocate', '-s', 'api', '--project', app]);
    await agentIn('five', place.dir).event('WorktreeRemove', { worktree_path: app });
    const { stdout } = await place.styxy(['list', '--json', '--project', app]);
    assert.equal(JSON.parse(stdout).count, 0);
  });
});

describe('a port that is in use', () => {
  it('is explained: no bug, who holds it, and which port is yours', async (test) => {
    const server = createServer();
    test.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const agent = agentIn('six', place.directory('explained'));
    const error = `Error: listen EADDRINUSE: address already in use :::${port}`;
    const failed = await agent.event('PostToolUseFailure', { tool_name: 'Bash', error });
    assert.match(failed.said.additionalContext ?? '', new RegExp(`no bug in your code.*${port} is held by`));
    assert.match(failed.said.additionalContext ?? '', /has no port yet/);
    const printed = await agent.event('PostToolUse', { tool_response: { stdout: error, stderr: '' } });
    assert.equal(printed.said.hookEventName, 'PostToolUse');
  });

  it('is explained to nobody who reads code about it', async () => {
    const tool_response = { stdout: "src/a.ts:3: if (code === 'EADDRINUSE') retry();" };
    assert.equal((await agentIn('seven', place.dir).event('PostToolUse', { tool_response })).stdout, '');
  });
});

describe('a hook', () => {
  it('fails open, whatever happens', async () => {
    const agent = agentIn('eight', place.dir);
    for (const fields of [
      { hook_event_name: 'Nonsense' },
      { hook_event_name: 7 },
      { session_id: null },
      { cwd: '/does/not/exist' },
      { cwd: 'relative' },
      { tool_input: { command: 7 } },
      { tool_input: JSON.parse('{"__proto__": 1}') },
      { tool_input: { command: 'x'.repeat(100_000) } },
    ]) {
      const { status, stdout, stderr } = await agent.event('PreToolUse', fields);
      assert.deepEqual([status, stdout, stderr], [0, '', ''], JSON.stringify(fields).slice(0, 80));
    }
    for (const args of [
      ['hook'],
      ['hook', 'nobody'],
      ['hook', 'claude'],
      ['hook', '--wrong'],
      ['hook', 'a', 'b'],
    ]) {
      const { status, stdout } = await place.styxy(args);
      assert.deepEqual([status, stdout], [0, ''], args.join(' '));
    }
  });

  it('fails open where nothing can be written', async () => {
    const app = place.directory('unwritable');
    const file = join(place.dir, 'a-file');
    writeFileSync(file, '');
    const run = `'${process.execPath}' '${PROGRAM}' hook claude`;
    // Not even root writes into these.
    for (const home of [file, join(file, 'below'), '/proc/styxy']) {
      const agent = agentIn(`home-${basename(home)}`, app, () => `STYXY_HOME='${home}' ${run}`);
      for (const [event, fields] of [
        ['SessionStart', { source: 'startup' }],
        ['PreToolUse', { tool_name: 'Bash', tool_input: { command: 'npm run dev' } }],
        ['PostToolUseFailure', { error: 'listen EADDRINUSE: address already in use :::3000' }],
        ['SessionEnd', { reason: 'other' }],
      ] as const) {
        const { status, stdout, stderr } = await agent.event(event, fields);
        assert.deepEqual([status, stdout, stderr], [0, '', ''], `${event} in ${home}`);
      }
    }
    for (const exports of [place.dir, join(file, 'below'), '/proc/styxy.sh']) {
      const agent = agentIn(`file-${basename(exports)}`, app, () => `CLAUDE_ENV_FILE='${exports}' ${run}`);
      let context: string | undefined;
      // A session is not held back: on a machine that is overloaded nothing may be said.
      for (let tries = 0; context === undefined && tries < 20; tries++) {
        const { status, stderr, said } = await agent.event('SessionStart', { source: 'startup' });
        assert.deepEqual([status, stderr], [0, ''], exports);
        context = said.additionalContext;
      }
      assert.match(context ?? '', /has no port yet/, exports);
    }
  });

  it('waits for no daemon that is stopped, and has it replaced', async () => {
    const daemon = async (): Promise<number | null> => {
      const { status, stdout } = await place.styxy(['status', '--json'], { env: { STYXY_AUTOSTART: '0' } });
      return status === 0 ? JSON.parse(stdout).pid : null;
    };
    const former = await daemon();
    assert.ok(former !== null);
    process.kill(former, 'SIGSTOP');
    const agent = agentIn('nine', place.dir);
    const tool_input = { command: 'kill 1' };
    const { status, stdout, stderr } = await agent.event('PreToolUse', { tool_name: 'Bash', tool_input });
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    let now: number | null = null;
    for (let tries = 0; (now === null || now === former) && tries < 50; tries++) now = await daemon();
    assert.notEqual(now, former);
    assert.notEqual(now, null);
  });
});
