// Owns the time of an installed hook: of a command that is none of its business, and of a server command with its grant.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../bench.ts';
import type { Row } from '../report.ts';
import { environmentFor, makeHome, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const SILENT_LIMIT = 0.3;
const REWRITE_LIMIT = 1.7;
/** As an agent writes them. */
const NONE = 'git status --short && ls -la src';
const SERVER = 'npx vite --host';

export const hooks: Case = {
  name: 'hooks',
  summary: 'the installed hook of Claude Code, against `node -e 0`',
  async run(bench) {
    const { program, plan } = bench;
    const homeDir = makeHome(bench.scratch);
    const daemon = await startDaemon(program, homeDir);
    const cwd = program.checkouts[0] ?? bench.scratch;
    const user = join(bench.scratch, 'agent-user');
    const env = { ...environmentFor(homeDir, program.binDir), HOME: user };
    const run = (file: string, args: readonly string[], input = ''): { stdout: string; ms: number } => {
      const began = performance.now();
      const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, input, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed: ${stdout}${stderr}`);
      return { stdout, ms: performance.now() - began };
    };
    try {
      bench.say('hooks');
      run(program.bin, ['hooks', 'install']);
      const command = installed(join(user, '.claude', 'settings.json'));
      run(program.bin, ['hook', 'claude'], event('SessionStart', cwd, { source: 'startup' }));
      const times = { node: [] as number[], none: [] as number[], server: [] as number[] };
      for (let round = -1; round < plan.starts; round++) {
        const node = run(process.execPath, ['-e', '0']);
        const none = run('/bin/sh', ['-c', command], preTool(cwd, NONE));
        const server = run('/bin/sh', ['-c', command], preTool(cwd, SERVER));
        if (none.stdout !== '' || !server.stdout.includes(' run --lock '))
          throw new Error(`unexpected answers: ${JSON.stringify([none.stdout, server.stdout])}`);
        // The first round only fills the caches.
        if (round < 0) continue;
        times.node.push(node.ms);
        times.none.push(none.ms);
        times.server.push(server.ms);
      }
      return [
        row('a hook on a command that is none of its business', times.none, times.node, SILENT_LIMIT),
        row('a hook that rewrites a server command, with its grant', times.server, times.node, REWRITE_LIMIT),
      ];
    } finally {
      await daemon.stop();
    }
  },
};

function installed(settings: string): string {
  const parsed: { hooks: { PreToolUse: { hooks: { command: string }[] }[] } } = JSON.parse(
    readFileSync(settings, 'utf8'),
  );
  return parsed.hooks.PreToolUse[0]?.hooks[0]?.command ?? '';
}

function preTool(cwd: string, command: string): string {
  const tool_input = { command, description: 'What the agent says of it' };
  return event('PreToolUse', cwd, {
    permission_mode: 'bypassPermissions',
    tool_name: 'Bash',
    tool_input,
    tool_use_id: 'toolu_01',
  });
}

function event(name: string, cwd: string, fields: object): string {
  const transcript_path = '/home/somebody/.claude/projects/-home-somebody-app/0f2a.jsonl';
  return JSON.stringify({ session_id: 'bench', transcript_path, cwd, hook_event_name: name, ...fields });
}

function row(what: string, ours: readonly number[], node: readonly number[], limit: number): Row {
  return {
    what,
    measured: ratios(ours, node),
    unit: 'times',
    limit,
    detail: `${median(ours).toFixed(1)} ms, \`node -e 0\` ${median(node).toFixed(1)} ms`,
  };
}
