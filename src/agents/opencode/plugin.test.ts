import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { NOTHING, object, replace, tell } from '../answer.ts';
import { opencode } from './dialect.ts';
import { commandsOf, isPlugin, pluginText } from './plugin.ts';

const BEFORE = 'tool.execute.before';
const INPUT = { tool: 'bash', sessionID: 'ses_1', callID: 'call_1' };

interface Hooks {
  readonly 'tool.execute.before': (input: object, output: { args: Record<string, unknown> }) => Promise<void>;
  readonly 'tool.execute.after': (input: object, output: { output: string }) => Promise<void>;
  readonly 'shell.env': (input: object, output: { env: Record<string, string> }) => Promise<void>;
  readonly event: (input: object) => Promise<void>;
}

describe('the plug-in of opencode', {
  skip: process.platform === 'win32' ? 'the hook is a shell line' : false,
}, () => {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-opencode-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  let at = 0;

  /** The hooks of a module of which each event is answered by a line of the shell. */
  async function hooksOf(call: (event: string) => string): Promise<Hooks> {
    at += 1;
    const path = join(dir, `plugin-${at}.mjs`);
    writeFileSync(path, pluginText(call));
    const { Styxy } = await import(pathToFileURL(path).href);
    return await Styxy({ directory: '/work/app' });
  }

  const answering = (answers: Readonly<Record<string, object>>): ((event: string) => string) => {
    return (event) => `cat > '${dir}/said'; printf '%s' '${JSON.stringify(answers[event] ?? {})}'`;
  };

  it('changes a command, and says why once there is an output to say it in', async () => {
    const hooks = await hooksOf(
      answering({ [BEFORE]: { command: 'styxy run -- vite', tell: 'Port 3001.' } }),
    );
    const before = { args: { command: 'vite', workdir: 'web', timeout: 5 } };
    await hooks[BEFORE](INPUT, before);
    assert.deepEqual(before.args, { command: 'styxy run -- vite', workdir: 'web', timeout: 5 });
    const result = { output: 'ready' };
    await hooks['tool.execute.after'](INPUT, result);
    assert.equal(result.output, 'ready\n\nPort 3001.');
    await hooks['tool.execute.after'](INPUT, result);
    assert.equal(result.output, 'ready\n\nPort 3001.');
  });

  it('refuses by an error, which is what opencode shows its model', async () => {
    const hooks = await hooksOf(answering({ [BEFORE]: { deny: 'not yours' } }));
    await assert.rejects(hooks[BEFORE](INPUT, { args: { command: 'pkill vite' } }), /^Error: not yours$/);
  });

  it('gives the shells of a session their variables, asked for once', async () => {
    const hooks = await hooksOf(answering({ 'shell.env': { env: { STYXY_PORT_WEB: '3001' } } }));
    const output = { env: { A: '1' } };
    await hooks['shell.env']({ cwd: '/work/app', sessionID: 'ses_1' }, output);
    assert.deepEqual(output.env, { A: '1', STYXY_PORT_WEB: '3001' });
    rmSync(join(dir, 'said'));
    await hooks['shell.env']({ cwd: '/work/app', sessionID: 'ses_1' }, output);
    assert.throws(() => rmSync(join(dir, 'said')), 'nobody was asked a second time');
    await hooks['shell.env']({ cwd: '/work/app' }, output);
  });

  it('lets opencode go on, whatever goes wrong', async () => {
    for (const line of [
      'exit 3',
      'echo no JSON',
      "printf '[1]'",
      '/no/such/program',
      'exec 0<&-; exec 1>&-',
      "printf 'null'",
    ]) {
      const hooks = await hooksOf(() => line);
      const before = { args: { command: 'vite' } };
      await hooks[BEFORE](INPUT, before);
      assert.deepEqual(before.args, { command: 'vite' }, line);
      const result = { output: 'ready' };
      await hooks['tool.execute.after'](INPUT, result);
      assert.equal(result.output, 'ready');
      const env = { env: {} };
      await hooks['shell.env']({ cwd: '/work/app', sessionID: 'ses_1' }, env);
      assert.deepEqual(env.env, {});
      await hooks.event({ event: { type: 'session.deleted', properties: {} } });
      await hooks.event({});
    }
    const untouched = await hooksOf(() => 'exit 0');
    await untouched[BEFORE]({ ...INPUT, tool: 'read' }, { args: { filePath: 'a' } });
  });

  it('is known again, with what it runs', () => {
    const text = pluginText((event) => `'it''s' ${event}`);
    assert.ok(isPlugin(text) && !isPlugin('export const Mine = 1;'));
    assert.equal(commandsOf(text)[BEFORE], `'it''s' ${BEFORE}`);
    assert.deepEqual(commandsOf('const COMMANDS = {"a":"b"};'), {});
  });
});

describe('the words between the plug-in and the daemon', () => {
  const event = opencode.read({
    hook_event_name: BEFORE,
    session_id: 'ses_1',
    cwd: '/work/app',
    tool_input: { command: 'vite', workdir: 'web' },
  });
  before(() => assert.ok(event !== null));

  it('are read', () => {
    assert.deepEqual([event?.command, event?.directory], ['vite', 'web']);
    assert.equal(opencode.read({ hook_event_name: 'chat.message', session_id: 's', cwd: '/' }), null);
    for (const body of [null, [], 'x']) assert.equal(opencode.read(body), null);
  });

  it('are written', () => {
    assert.ok(event !== null);
    assert.deepEqual(opencode.write(event, NOTHING), {});
    assert.deepEqual(opencode.write(event, tell('a')), { tell: 'a' });
    assert.deepEqual(opencode.write(event, object('ask', 'a')), { deny: 'a' });
    assert.deepEqual(opencode.write(event, replace('leave', 'b', 'a')), { command: 'b', tell: 'a' });
  });
});
