import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { readWishes } from '../../src/agents/decide-pre-tool.ts';
import { frontScript } from '../../src/agents/hook-front.ts';
import type { AgentName } from '../../src/agents/occasions.ts';
import { AROUND } from '../agents/shop.ts';
import { EVERY_COMMAND } from '../agents/whole-corpus.ts';

const AT_ONCE = 8;

/** What may be put before any letter of a command without a change to what a shell makes of it, or nearly so. */
const SPLITS = ["''", '""', '\\', '\\\n', '$X', '\t'];
const AROUNDS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `cd packages/web && ${text}`,
  (text) => `X=1; ${text}`,
  (text) => `(${text})`,
  (text) => `if true; then\n${text}\nfi`,
  (text) => `bash -c '${text.replaceAll("'", "'\\''")}'`,
];

/** Commands of the corpus, taken to pieces and put into others. */
const disguised = fc
  .record({
    text: fc.constantFrom(...EVERY_COMMAND),
    cuts: fc.array(fc.record({ where: fc.nat(), split: fc.constantFrom(...SPLITS) }), { maxLength: 3 }),
    around: fc.constantFrom(...AROUNDS),
  })
  .map(({ text, cuts, around }) =>
    around(
      cuts.reduce((whole, { where, split }) => {
        const at = where % (whole.length + 1);
        return whole.slice(0, at) + split + whole.slice(at);
      }, text),
    ),
  );

const dir = mkdtempSync(join(tmpdir(), 'styxy-front-'));
after(() => rmSync(dir, { recursive: true, force: true }));
/** Instead of Node: says that it was started, and what came in. */
const node = join(dir, "it's node");
writeFileSync(node, '#!/bin/sh\nprintf "asked "\ncat\n', { mode: 0o755 });
const front = join(dir, 'front');
const facts = { agent: 'claude' as const, node, nodeFlags: [], program: node, home: dir, version: '1.0.0' };
writeFileSync(front, frontScript(facts));

interface Told {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function tell(event: string, input: string, script = front): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', [script, event], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

function preTool(command: string, more: object = {}): string {
  const tool = { tool_name: 'Bash', tool_input: { command, description: 'x' } };
  return JSON.stringify({ session_id: 's', cwd: '/w', hook_event_name: 'PreToolUse', ...tool, ...more });
}

/** Makes a text long, which the front then looks through in another way. */
const PADDING = ': '.repeat(600);

/** The commands of which the front asks nobody. */
async function silentOf(commands: readonly string[], padding = ''): Promise<string[]> {
  const silent: string[] = [];
  for (let at = 0; at < commands.length; at += AT_ONCE) {
    const some = commands.slice(at, at + AT_ONCE);
    const told = await Promise.all(
      some.map((command) => tell('PreToolUse', preTool(`${padding}${command}`))),
    );
    for (const [index, { stdout, stderr, status }] of told.entries()) {
      assert.deepEqual([stderr, status], ['', 0]);
      if (stdout === '') silent.push(some[index] ?? '');
    }
  }
  return silent;
}

describe('the front of a hook', () => {
  it('is never silent where there is something to decide', async () => {
    const decided = EVERY_COMMAND.filter((text) => readWishes(text, AROUND) !== null);
    assert.ok(decided.length > 400, String(decided.length));
    assert.deepEqual(await silentOf(decided), []);
    assert.deepEqual(await silentOf(decided, PADDING), []);
  });

  it('sees through what a shell makes of pieces', async () => {
    const obscured = [
      "n'p'm run dev",
      'n"p"m run dev',
      "n''pm run dev",
      'n""pm run dev',
      'n\\pm run dev',
      'np\\\nm run dev',
      `bash -c 'np'\\'''\\''m run dev'`,
      'bash -c "np\\"\\"m run dev"',
      "$'\\x6epm' run dev",
      `X=np; ${'$'}{X}m run dev`,
      'X=m; np$X run dev',
      'A=n; B=pm; $A$B run dev',
      `A=n; B=pm; ${'$'}{A}${'$'}{B} run dev`,
      'A=te; npx vi"$A" --port 3000',
      'A=ll; sudo ki"$A" 4121',
      `A=ki; B=ll; env ${'$'}{A}"$B" 4121`,
      'f() { env $1$2 4121; }; f ki ll',
      "bash -c 'env $0$1 4121' ki ll",
      'echo ll | xargs -I{} env ki{} 4121',
      'cd web\nvite',
      'cd web;\tvite',
      '(vite)',
      '/usr/bin/env vite',
      './node_modules/.bin/vite',
      'x=$(vite)',
      'vite',
      'vite@latest',
    ];
    assert.deepEqual(await silentOf(obscured), []);
    assert.deepEqual(await silentOf(obscured, PADDING), []);
  });

  it('is never silent where the reader sees through a disguise', async () => {
    const texts = new Set(fc.sample(disguised, { numRuns: 600, seed: 1 }));
    const decided = [...texts].filter((text) => readWishes(text, AROUND) !== null);
    assert.ok(decided.length > 100, String(decided.length));
    assert.deepEqual(await silentOf(decided), []);
    assert.deepEqual(await silentOf(decided, PADDING), []);
  });

  it('is silent where nothing is, whatever the project is called', async () => {
    const nothing = [
      'ls -la',
      'git status',
      'git commit -m "Add the page"',
      'rg -n later src',
      'mkdir -p 2024',
      'cat README.md',
    ];
    assert.deepEqual(await silentOf(nothing), nothing);
    assert.deepEqual(await silentOf(nothing, PADDING), nothing);
    const cwd = preTool('ls', { cwd: '/work/vite/node' }).replace(
      /"tool_name".*?"tool_input"/,
      '"tool_input"',
    );
    assert.equal((await tell('PreToolUse', cwd)).stdout, '');
  });

  it('asks at every event of a session, and of an output about a port', async () => {
    for (const event of ['SessionStart', 'SessionEnd', 'CwdChanged', 'WorktreeRemove', ''])
      assert.equal((await tell(event, '{"a":"é\\n"}')).stdout, 'asked {"a":"é\\n"}\n', event);
    assert.equal(
      (await tell('PostToolUse', '{"stdout":"Port 3000 Is In Use"}')).stdout.slice(0, 6),
      'asked ',
    );
    assert.equal(
      (await tell('PostToolUseFailure', '{"error":"listen EADDRINUSE"}')).stdout.slice(0, 6),
      'asked ',
    );
    assert.equal((await tell('PostToolUse', '{"stdout":"ok, npm run dev"}')).stdout, '');
  });

  it('hands nothing on that nobody would be asked about for its length', async () => {
    const long = (length: number): string => `npm run dev ${'#'.repeat(length)}`;
    assert.match((await tell('PreToolUse', preTool(long(100_000)))).stdout, /^asked /);
    for (const length of [400_000, 10_000_000])
      assert.deepEqual(await tell('PreToolUse', preTool(long(length))), {
        status: 0,
        stdout: '',
        stderr: '',
      });
    // What a program prints is looked through to its end.
    const printed = JSON.stringify({ tool_response: { stdout: `${'#'.repeat(1_000_000)} EADDRINUSE` } });
    assert.match((await tell('PostToolUse', printed)).stdout, /^asked /);
  });

  it('fails open', async () => {
    const broken = join(dir, 'broken');
    writeFileSync(broken, frontScript({ ...facts, node: join(dir, 'none') }));
    assert.deepEqual(await tell('SessionStart', '{}', broken), { status: 0, stdout: '', stderr: '' });
    const failing = join(dir, 'failing');
    writeFileSync(failing, '#!/bin/sh\necho oops >&2\nexit 2\n', { mode: 0o755 });
    writeFileSync(broken, frontScript({ ...facts, node: failing }));
    assert.deepEqual(await tell('SessionStart', '{}', broken), { status: 0, stdout: '', stderr: '' });
    assert.equal((await tell('SessionStart', '')).status, 0);
  });
});

describe('the fronts of other agents', () => {
  const frontOf = (agent: AgentName): string => {
    const path = join(dir, agent);
    writeFileSync(path, frontScript({ ...facts, agent }));
    return path;
  };

  it('look for the input where the agent has it, and for packed ones not at all', async () => {
    const copilot = frontOf('copilot');
    const packed = JSON.stringify({ toolArgs: JSON.stringify({ command: 'ls' }) });
    assert.match((await tell('preToolUse', packed, copilot)).stdout, /^asked /);
    assert.match((await tell('preToolUse', packed.replace(':', ': '), copilot)).stdout, /^asked /);
    const long = JSON.stringify({ toolArgs: JSON.stringify({ command: PADDING }) });
    assert.match((await tell('preToolUse', long, copilot)).stdout, /^asked /);
    const open = JSON.stringify({ cwd: '/work/vite', toolArgs: { command: 'ls' } });
    assert.equal((await tell('preToolUse', open, copilot)).stdout, '');
    const server = JSON.stringify({ toolArgs: { command: 'npm run dev' } });
    assert.match((await tell('preToolUse', server, copilot)).stdout, /^asked /);
  });

  it('print an empty object where the agent wants one, whatever goes wrong', async () => {
    const cursor = frontOf('cursor');
    const nothing = JSON.stringify({ tool_input: { command: 'ls' } });
    assert.deepEqual(await tell('preToolUse', nothing, cursor), { status: 0, stdout: '{}', stderr: '' });
    assert.equal((await tell('postToolUse', '{"tool_output":"ok"}', cursor)).stdout, '{}');
    assert.match((await tell('sessionStart', '{}', cursor)).stdout, /^asked \{\}/);
    for (const line of ['exit 0', 'echo oops >&2; exit 2']) {
      const failing = join(dir, 'failing-cursor');
      writeFileSync(failing, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
      writeFileSync(cursor, frontScript({ ...facts, agent: 'cursor', node: failing }));
      assert.deepEqual(await tell('sessionStart', '{}', cursor), { status: 0, stdout: '{}', stderr: '' });
    }
    writeFileSync(cursor, frontScript({ ...facts, agent: 'cursor', node: join(dir, 'none') }));
    assert.equal((await tell('sessionStart', '{}', cursor)).stdout, '{}');
  });

  it('know the events of each, also those with dots', async () => {
    const opencode = frontOf('opencode');
    const nothing = JSON.stringify({ tool_input: { command: 'ls' } });
    assert.equal((await tell('tool.execute.before', nothing, opencode)).stdout, '');
    assert.match((await tell('shell.env', '{}', opencode)).stdout, /^asked /);
    const gemini = frontOf('gemini');
    assert.equal((await tell('BeforeTool', nothing, gemini)).stdout, '');
    assert.equal((await tell('AfterTool', '{"tool_response":"ok"}', gemini)).stdout, '');
  });
});
