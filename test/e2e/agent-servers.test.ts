import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAgent, type TestAgent } from './agent-hooks.ts';
import { openPlace, PROGRAM } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

const SESSIONS = 8;
const PATIENCE_MS = 60_000;
/** The port that the first of them asks for, and another is told to free; where somebody has it, one of the tests' own. */
const LITERAL = 3000;
const APP = `require('node:http').createServer((_, answer) => answer.end(require('node:path').basename(process.cwd())))
  .listen(Number(process.env.PORT || FIXED), '127.0.0.1');`;

const place = openPlace();
const range = freeRange('hooking', 40);
const agents: TestAgent[] = [];
const servers: ChildProcess[] = [];
let hookOf = (_event: string): string => '';
after(async () => {
  for (const server of servers) await ended(server);
  for (const agent of agents) await agent.kill();
  await place.styxy(['hooks', 'uninstall']);
  await place.close();
});

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('close', () => resolve());
    server.kill('SIGTERM');
  });
}

interface Started {
  readonly agent: TestAgent;
  readonly directory: string;
  readonly port: number;
}

/** What an agent does that is told to start the app: asks its hook, and runs what comes back. */
async function startApp(agent: TestAgent, directory: string, asked: number | null): Promise<Started> {
  const asking = asked === null ? '' : `PORT=${asked} `;
  const tool_input = { command: `${asking}npm run dev`, description: 'Start the app', timeout: 600_000 };
  const { said, stdout } = await agent.event('PreToolUse', {
    tool_name: 'Bash',
    tool_input,
    permission_mode: 'bypassPermissions',
  });
  assert.equal(said.permissionDecision, 'allow', stdout);
  const { command: rewritten, ...others } = said.updatedInput as unknown as typeof tool_input;
  assert.deepEqual(others, { description: 'Start the app', timeout: 600_000 });
  assert.match(rewritten, / run --lock \S+ -p \d+ -- npm run dev$/);
  const port = Number(/-p (\d+) /.exec(rewritten)?.[1]);
  if (asked !== null) assert.equal(port, asked);
  assert.match(said.additionalContext ?? '', new RegExp(`port ${port}\\b`));
  servers.push(
    spawn('/bin/sh', ['-c', `exec env ${rewritten}`], { cwd: directory, env: place.env, stdio: 'ignore' }),
  );
  return { agent, directory, port };
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return isListening;
}

interface Typed {
  readonly port: number;
  readonly pid: number;
}

/** The lease in a checkout that names no instance, once its server listens. */
async function leaseTyped(directory: string): Promise<Typed> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(100)) {
    const { stdout } = await place.styxy(['list', '--json', '--project', directory]);
    const { allocations } = JSON.parse(stdout) as { allocations: (Typed & { instance_id: string | null })[] };
    const found = allocations.find(({ instance_id: id, pid }) => id === null && pid !== null);
    if (found !== undefined) return found;
  }
  throw new Error('no lease without an instance');
}

async function answerOf(port: number): Promise<string> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`nobody answers on ${port}`);
}

describe('eight sessions in eight worktrees', () => {
  let started: readonly Started[] = [];
  let freed = LITERAL;

  before(async () => {
    if (!(await canListen(LITERAL))) freed = range[1];
    mkdirSync(place.home, { recursive: true, mode: 0o700 });
    writeFileSync(join(place.home, 'config.json'), JSON.stringify({ service_types: { api: { range } } }));
    const shop = place.directory('shop');
    writeFileSync(
      join(shop, 'package.json'),
      JSON.stringify({ name: 'shop', scripts: { dev: 'node server.js', free: `npx kill-port ${freed}` } }),
    );
    writeFileSync(join(shop, 'server.js'), APP.replace('FIXED', String(range[0])));
    const git = (...words: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-C', shop, ...words], {
        env: { ...place.env, GIT_CONFIG_GLOBAL: '/dev/null' },
        stdio: 'ignore',
      });
    git('init', '-b', 'main');
    git('add', '.');
    git('commit', '-m', 'The shop');
    const directories = Array.from({ length: SESSIONS }, (_, at) => join(place.dir, `shop-${at}`));
    for (const directory of directories) git('worktree', 'add', '-b', basename(directory), directory);
    await place.styxy(['daemon', 'start']);
    await place.styxy(['hooks', 'install']);
    const settings = JSON.parse(readFileSync(join(place.dir, '.claude', 'settings.json'), 'utf8'));
    const commandOf = (event: string): string => settings.hooks[event][0].hooks[0].command;
    hookOf = commandOf;
    started = await Promise.all(
      directories.map(async (directory, at) => {
        const agent = startAgent(place, `session-${at}`, directory, commandOf);
        agents.push(agent);
        await agent.event('SessionStart', { source: 'startup' });
        return await startApp(agent, directory, at === 0 ? freed : null);
      }),
    );
  });

  it('that start the same app all answer, each with its own', async () => {
    assert.equal(new Set(started.map(({ port }) => port)).size, SESSIONS);
    const answers = await Promise.all(started.map(({ port }) => answerOf(port)));
    assert.deepEqual(
      answers,
      started.map(({ directory }) => basename(directory)),
    );
  });

  it('are shown with agent and session', async () => {
    const { stdout } = await place.styxy(['list']);
    for (const at of started.keys()) assert.match(stdout, /claude session-/, String(at));
  });

  it("cannot end each other's servers, and can end their own", async () => {
    const [other, mine] = started;
    assert.ok(mine !== undefined && other !== undefined);
    assert.equal(other.port, freed);
    for (const text of [
      `kill $(lsof -ti :${freed})`,
      `lsof -ti tcp:${freed} | xargs kill -9`,
      `lsof -ti:${freed} | xargs -I% kill %`,
      `for p in $(lsof -ti :${freed}); do kill -9 $p; done`,
      `PID=$(lsof -ti:${freed}); kill "$PID"`,
      `ss -ltnp | grep :${freed} | grep -oP 'pid=\\K\\d+' | xargs kill`,
      `bash -c "fuser -k ${freed}/tcp"`,
      `fuser -k ${freed}/tcp`,
      `npx kill-port ${freed}`,
      'npm run free',
      'pkill -f "node server.js"',
      'killall node',
    ]) {
      const tool_input = { command: text };
      const { said } = await mine.agent.event('PreToolUse', { tool_name: 'Bash', tool_input });
      assert.equal(said.permissionDecision, 'deny', text);
      assert.match(
        said.permissionDecisionReason ?? '',
        /shop-\d.*branch "shop-\d".*session "claude session-/,
        text,
      );
    }
    const own = { command: `kill $(lsof -ti :${mine.port})` };
    const { stdout } = await mine.agent.event('PreToolUse', { tool_name: 'Bash', tool_input: own });
    assert.equal(stdout, '');
    assert.equal(await answerOf(freed), basename(other.directory));
  });

  it('that ask for a port of another get one of their own, and are told in one sentence whose it is', async () => {
    const [, mine] = started;
    const tool_input = { command: `PORT=${freed} npm run dev` };
    const mode = { permission_mode: 'bypassPermissions' };
    const outcome = await mine?.agent.event('PreToolUse', { ...mode, tool_name: 'Bash', tool_input });
    assert.match(
      outcome?.said.updatedInput?.command ?? '',
      / run --lock \S+ -p (?!3000\b)\d+ -- npm run dev$/,
    );
    assert.match(
      outcome?.said.additionalContext ?? '',
      new RegExp(
        `^Styxy: [^.]+ gets port \\d+ instead of ${freed}, which is held by "api" of "[^"]*shop-0" \\(branch "shop-0", session "claude session-"\\) on port ${freed}; use \\S+ for it\\.$`,
      ),
    );
  });

  it('are explained whose a port is, since when, and which is their own', async () => {
    const [, mine] = started;
    assert.ok(mine !== undefined);
    for (const fields of [
      { error: `Error: listen EADDRINUSE: address already in use :::${freed}` },
      // Python does not say which port it is.
      {
        error: 'OSError: [Errno 98] Address already in use',
        tool_input: { command: `python3 -m http.server ${freed}` },
      },
    ]) {
      const { said } = await mine.agent.event('PostToolUseFailure', fields);
      const text = said.additionalContext ?? '';
      assert.match(
        text,
        new RegExp(`no bug in your code.*port ${freed}\\b|${freed}\\b.*no bug in your code`, 'i'),
      );
      for (const part of [
        'shop-0',
        'branch shop-0',
        'session "claude session-"',
        'since ',
        `${mine.port} ("api")`,
      ])
        assert.ok(text.includes(part), `${part} in ${text}`);
    }
  });

  it('are known by the process that started a server, though nobody named the session', async () => {
    const [, , other] = started;
    assert.ok(other !== undefined);
    const run = `'${process.execPath}' '${PROGRAM}' run -- npm run dev > /dev/null 2>&1`;
    const typed = `cd '${other.directory}'\n${run}`;
    // Another session in the same checkout, whose shells know nothing of it.
    const typist = startAgent(place, 'typist', other.directory, (event) =>
      event === 'Typed' ? typed : hookOf(event),
    );
    agents.push(typist);
    await typist.event('SessionStart', { source: 'startup' });
    const ended = typist.event('Typed');
    const found = await leaseTyped(other.directory);
    try {
      assert.equal(await answerOf(found.port), basename(other.directory));
      const { stdout } = await place.styxy(['list', '--project', other.directory]);
      assert.match(stdout, new RegExp(`^ *${found.port} .*claude typist`, 'm'));
      const kill = { tool_name: 'Bash', tool_input: { command: `kill $(lsof -ti :${found.port})` } };
      const { said } = await other.agent.event('PreToolUse', kill);
      assert.match(said.permissionDecisionReason ?? '', /session "claude typist"/);
      assert.equal((await typist.event('PreToolUse', kill)).stdout, '');
    } finally {
      process.kill(found.pid, 'SIGTERM');
      await ended;
    }
  });

  it('leave what is none of their business alone', async () => {
    const [first] = started;
    for (const text of ['git status', 'npm test', 'vite build', 'git commit -m "npm run dev"']) {
      const { status, stdout } = (await first?.agent.event('PreToolUse', {
        tool_name: 'Bash',
        tool_input: { command: text },
      })) ?? { status: 1, stdout: 'nobody' };
      assert.deepEqual([status, stdout], [0, ''], text);
    }
    assert.match(hookOf('PreToolUse'), /PreToolUse # styxy hook claude$/);
  });

  it('are asked about a command that does more than start a server', async () => {
    const [first] = started;
    const input = { command: 'rm -rf cache && npm run dev' };
    const more = { tool_name: 'Bash', tool_input: input, permission_mode: 'bypassPermissions' };
    const outcome = await first?.agent.event('PreToolUse', more);
    assert.equal(outcome?.said.permissionDecision, 'ask');
    assert.match(outcome?.said.updatedInput?.command ?? '', /^rm -rf cache && .* -- npm run dev$/);
  });
});
