// Owns the newcomer's test: from the README alone, with Node and git and nothing else, from the installation to an uninstallation without a trace.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const isWindows = process.platform === 'win32';
const PATIENCE_MS = 60_000;
/** What every system has, of which shells are made. */
const POSIX =
  'sh env cat chmod cp cut dirname grep head id kill ln ls mkdir mv ps readlink rm sed sleep sort tail tr uname wc';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-newcomer-')));
const [home, prefix, source, shop, fix] = ['home', 'prefix', 'source', 'shop', 'shop-fix'].map((name) =>
  join(dir, name),
) as [string, string, string, string, string];
const env: NodeJS.ProcessEnv = {
  ...systemVariables(),
  HOME: home,
  USERPROFILE: home,
  PATH: [isWindows ? prefix : join(prefix, 'bin'), toolsOf()].join(delimiter),
  NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  // Beside the developer's own daemon; everything else is as it is for a newcomer.
  STYXY_API_PORT: '0',
  npm_config_prefix: prefix,
  // The registry and what was fetched before are the machine's, so that the home holds nothing of npm's.
  npm_config_userconfig: npmSetting('userconfig'),
  npm_config_cache: npmSetting('cache'),
  npm_config_update_notifier: 'false',
  GIT_AUTHOR_NAME: 'newcomer',
  GIT_AUTHOR_EMAIL: 'newcomer@localhost',
  GIT_COMMITTER_NAME: 'newcomer',
  GIT_COMMITTER_EMAIL: 'newcomer@localhost',
};
const children = new Set<ChildProcess>();

interface Said {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a line of shell. */
function sh(line: string, cwd = shop): Said {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', line], { cwd, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr };
}

/** Runs a line that must succeed, and returns what it said. */
function well(line: string, cwd = shop): string {
  const { status, output } = sh(line, cwd);
  expect(status === 0, `${line} exited with ${status}`, output);
  return output;
}

function expect(isGood: boolean, what: string, output = ''): void {
  if (!isGood) throw new Error(`${what}\n${output}`);
}

function serve(cwd: string, words: string): ChildProcess {
  const child = spawn('sh', ['-c', `exec ${words}`], { cwd, env, stdio: 'ignore' });
  children.add(child);
  return child;
}

async function until<T>(what: string, probe: () => T | null | Promise<T | null>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function text(url: string): Promise<string | null> {
  return await fetch(url).then(
    (answer) => answer.text(),
    () => null,
  );
}

async function end(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** The commands of a chapter of the README. */
function chapter(title: string): string[] {
  const readme = readFileSync(join(source, 'README.md'), 'utf8');
  const [, body = ''] =
    new RegExp(`^## ${title}\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(readme) ?? [];
  const [, , block = ''] = /^```(sh|console)\n([\s\S]*?)^```$/m.exec(body) ?? [];
  const lines = block
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\$ /, ''));
  expect(block !== '', `the README has no commands under ${title}`);
  return lines;
}

/** Everything in the home, with what the files hold. */
function traces(): string {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const whole = join(home, path);
      return lstatSync(whole).isFile() ? `${path}\n${readFileSync(whole, 'latin1')}` : `${path} (no file)`;
    })
    .join('\n');
}

const STEPS: Readonly<Record<string, () => void | Promise<void>>> = {
  'install, as the README says': () => {
    for (const line of chapter('Install')) well(line, source);
    expect(/^styxy \d|^\d/.test(well('styxy --version')), 'styxy says its version');
  },
  'a first port, and the same again': () => {
    const port = well('styxy allocate -s dev -q').trim();
    expect(/^\d{4,5}$/.test(port), 'a port alone is printed', port);
    expect(well('styxy allocate -s dev -q').trim() === port, 'the same directory gets the same port again');
  },
  'a second worktree, both served at once': async () => {
    well('git init -q && git add . && git commit -qm first');
    well('git worktree add -q ../shop-fix');
    const servers = [shop, fix].map((cwd) => serve(cwd, 'styxy run -- node server.js'));
    const active = await until('two servers that are seen', () => {
      const { allocations }: { allocations: { port: number; state: string; project_path: string }[] } =
        JSON.parse(well('styxy list --json'));
      const seen = allocations.filter(({ state }) => state === 'active');
      return seen.length === 2 ? seen : null;
    });
    for (const { port, project_path } of active)
      expect(
        (await text(`http://localhost:${port}`)) === realpathSync(project_path),
        `${port} is its own project's`,
      );
    expect(active[0]?.port !== active[1]?.port, 'each has its own port');
    await Promise.all(servers.map(end));
  },
  'a conflict that is explained': async () => {
    const stranger = serve(
      dir,
      `node -e "require('node:http').createServer((q, r) => r.end('stranger')).listen(3077, '127.0.0.1')"`,
    );
    await until('the stranger', () => text('http://127.0.0.1:3077'));
    const check = sh('styxy check 3077');
    expect(check.status === 1 && /node/.test(check.output), 'check says who has the port', check.output);
    const refused = sh('styxy allocate -s dev -n other -p 3077 --exact');
    expect(refused.status === 1 && /3077/.test(refused.output), 'an exact wish is refused', refused.output);
    expect(/styxy \w+/.test(refused.output), 'the refusal says what to type next', refused.output);
    expect(/PORT_UNAVAILABLE/.test(well('styxy explain PORT_UNAVAILABLE')), 'explain explains');
    await end(stranger);
  },
  'hooks for the coding agent': () => {
    well('styxy hooks install --agent claude');
    const settings = readFileSync(join(home, '.claude', 'settings.json'), 'utf8');
    expect(
      /styxy/.test(settings) && /"model": "mine"/.test(settings),
      'the hooks are in its settings',
      settings,
    );
    well('styxy hooks status');
    expect(traces().includes('.styxy') && traces() !== before, 'there are traces to be removed', traces());
  },
  'the dashboard': async () => {
    const url = /http:\/\/\S+/.exec(well('styxy ui --print'))?.[0] ?? '';
    const page = await text(url.replace(/#.*/, ''));
    expect(page !== null && /<html/i.test(page), `the dashboard is at ${url}`, page ?? '');
  },
  'uninstall, as the README says, without a trace': async () => {
    for (const line of chapter('Uninstall')) well(line, dir);
    expect(sh('command -v styxy').status !== 0, 'the command is gone');
    // A daemon may be ending still.
    await until('a home as it was before', () => (traces() === before ? before : null)).catch(
      (error: Error) => {
        throw new Error(`${error.message}:\n${traces()}`);
      },
    );
  },
};

let before = '';
try {
  prepare();
  for (const [what, step] of Object.entries(STEPS)) {
    const started = performance.now();
    await step();
    console.log(`ok    ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
} catch (error) {
  console.error(`FAIL  ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  if (process.exitCode === 1) sh('styxy daemon stop', dir);
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** A home with an agent's settings, a project, and the source as a newcomer clones it. */
function prepare(): void {
  for (const each of [join(home, '.claude'), prefix, shop]) mkdirSync(each, { recursive: true });
  writeFileSync(join(home, '.claude', 'settings.json'), '{\n  "model": "mine"\n}\n');
  writeFileSync(
    join(shop, 'server.js'),
    "require('node:http').createServer((q, r) => r.end(process.cwd())).listen(Number(process.env.PORT), 'localhost');\n",
  );
  before = traces();
  well(`git clone -q '${ROOT}' '${source}'`, dir);
}

/** A directory with Node, npm, git and the few programs of a shell; the machine's own PATH on Windows, where they are scattered. */
function toolsOf(): string {
  if (isWindows) return process.env.PATH ?? '';
  const tools = join(dir, 'tools');
  mkdirSync(tools);
  symlinkSync(process.execPath, join(tools, 'node'));
  for (const name of ['npm', 'git', ...POSIX.split(' ')]) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (stdout.startsWith('/')) symlinkSync(stdout.trim(), join(tools, name));
  }
  return tools;
}

function npmSetting(name: string): string {
  return execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', shell: isWindows }).trim();
}

/** Without which no program starts on Windows; nothing of Styxy's, npm's or the caller's own Node. */
function systemVariables(): NodeJS.ProcessEnv {
  const kept = /^(?:SystemRoot|SystemDrive|ComSpec|PATHEXT|TEMP|TMP|TMPDIR|LANG|XDG_RUNTIME_DIR)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}
