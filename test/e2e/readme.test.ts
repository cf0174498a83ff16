// Owns the proof that the recipes of the README and of every page in docs run as they stand there, against the built program.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { handWrittenPages, recipesIn } from '../tidy/recipes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'dist', 'styxy.cjs');
/** Pages of which each recipe runs by itself, in a project and a home of its own. */
const PAGES = [
  'README.md',
  'docs/autostart.md',
  'docs/claude-code.md',
  'docs/compose.md',
  'docs/agents.md',
  'docs/projects.md',
];

/** What a recipe's output must show, by a word that only this recipe holds. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  'PORT=$(styxy': /^http:\/\/localhost:210\d\d$/m,
  // Plain `localhost` where the system's resolver knows no names below it.
  'the API is at': /the API is at http:\/\/(backend\.[\w-]+\.)?localhost:211\d\d/,
  'styxy ui': /^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}$/m,
  'echo "postgres':
    /postgres:\/\/localhost\/shop_\d+_[0-9a-f]{8} and http:\/\/.*localhost:211\d\d\n[\s\S]*3 variables written/,
  'styxy wait web --http && styxy down':
    /all 2 services are ready\n {2}api {2}http:\S+:211\d\d\n {2}web {2}http:\S+:210\d\d\n[\s\S]*Ended api, web\./,
  'styxy up --init --write':
    /"api": \{ "command": "npm run dev", "cwd": "apps\/api" \},\n[\s\S]*Written to [\s\S]*is right: 2 services\./,
  'styxy down worker': /is right: 4 services\.[\s\S]*Ended worker\. Still up: [\s\S]*all services have ended/,
  'styxy check': /3093/,
  '-s ai -n models': /models runs once on this machine, and .* has reserved it/,
  'styxy adopt': /Port 3088: .* files[\s\S]*is leased to the server that listens there/,
  '--count 4': /\d{4}/,
  'styxy compose':
    /ports: !override[\s\S]*published: "8\d+"[\s\S]*COMPOSE_PROJECT_NAME=shop_\S+ docker compose -f \S+compose\.yaml -f \S+styxy\.compose\.yaml up[\s\S]*web +proxy +reserved/,
  'styxy audit': /^No event matches\.[\s\S]*^0 events$/m,
  'retire agent-1': /agent-1/,
  'config import': /added +grpc +20400-20449[\s\S]*204\d\d/,
  'config validate': /is right\./,
  '--agent codex': /Codex CLI runs new hooks once you have trusted them[\s\S]*removed .*hooks\.json/,
  '--unix-socket': /"allocations":\s*\[/,
};

/** These stand as much by themselves. */
const EACH_ALONE = [...PAGES, 'docs/recipes.md'];

/** All other pages: their recipes run one after another in one shell, as somebody types them who reads the page. */
const STORIES = handWrittenPages().filter((page) => !EACH_ALONE.includes(page) && recipesOf(page).length > 0);

/** What a page's recipes must show together. */
const TOLD: Readonly<Record<string, readonly RegExp[]>> = {
  'docs/guide.md': [
    /Port 21\d\d\d: dev web of/,
    /^api answers at http/m,
    /^hello$/m,
    /shop\n.*PORT[\s\S]*api +api +active[\s\S]*shop-fix\n/,
    /This is a port conflict and no bug in your code[\s\S]*^taken$/m,
    /^PORT_UNAVAILABLE/m,
    /granted +211\d\d +api of/,
  ],
  'docs/migration.md': [/Port 3066: .*site/, /two of these ranges overlap/, /added +redis +23380-23399/],
  'docs/reference/apis.md': [/"service_name": ?"search"/, /"count": ?1/, /"socket":/],
  'docs/reference/deployment.md': [/team\.json is right/, /is stopped/],
  'docs/reference/security.md': [/^drwx------/m, /^-rw-------.*auth\.token/m, /^Token +\S+\*\*\*/m],
  'docs/reference/troubleshooting.md': [/^ok +Node/m, /^No event matches\.$/m],
  'docs/reference/recovery.md': [/^Recovery +done/m],
};

/** Ranges of this file's own: daemons of other tests, which know nothing of this one, use the shipped ranges meanwhile. */
const CONFIG = {
  service_types: {
    dev: { range: [21_000, 21_099], preferred_ports: [] },
    api: { range: [21_100, 21_199], preferred_ports: [] },
    test: { range: [21_200, 21_299], preferred_ports: [] },
    messaging: { range: [21_300, 21_399], preferred_ports: [] },
  },
};

/** Runs each recipe: `styxy run` goes to the background until its server answers, everything must succeed. */
const PREAMBLE = `
set -euo pipefail
started=()
answering() {
  local url count
  for _ in $(seq 200); do
    count=0
    for url in $(command styxy list --json | grep -o '"url": *"[^"]*"' | cut -d'"' -f4); do
      curl -fs -o /dev/null "$url" && count=$((count + 1))
    done
    [ "$count" -ge "$1" ] && return 0
    sleep 0.1
  done
  echo "only $count of $1 servers answer" >&2
  return 1
}
styxy() {
  if [ "\${1-}" != run ]; then command styxy "$@"; return; fi
  command styxy "$@" &
  started+=($!)
  answering "\${#started[@]}"
}
`;

/** Ends what the recipe started; a server that was ended by the signal says so, and its lease is gone. */
const EPILOGUE = `
for pid in "\${started[@]}"; do
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 143 ] || [ "$status" = 0 ] || { echo "styxy run exited with $status" >&2; exit 1; }
done
if [ "\${#started[@]}" -gt 0 ]; then command styxy list --json | grep -Eq '"count": *0' || { echo 'leases are left' >&2; exit 1; }; fi
`;

const SERVER = `
require('node:http').createServer((request, response) => response.end('hello'))
  .listen(Number(process.env.PORT), () => console.log('listening on ' + process.env.PORT));
`;

/** Those that a shell without a network can run; what begins with npm, CI runs first of all. */
function recipesOf(page: string): string[] {
  return recipesIn(readFileSync(join(ROOT, page), 'utf8')).filter((block) => !block.startsWith('npm '));
}

function recipes(): string[] {
  return EACH_ALONE.flatMap(recipesOf);
}

/** For the commits of a recipe: the new home has no settings of git. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

function run(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', fail);
    child.on('close', (status) => done({ status, output }));
  });
}

describe('the recipes of the README', {
  skip: process.platform === 'win32' ? 'they are for a POSIX shell' : false,
}, () => {
  let place = '';
  before(() => {
    assert.ok(existsSync(PROGRAM), 'dist/styxy.cjs is missing: run `npm run build`');
    place = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-readme-')));
    mkdirSync(join(place, 'bin'));
    const quoted = [process.execPath, PROGRAM].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    writeFileSync(join(place, 'bin', 'styxy'), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`, { mode: 0o755 });
  });
  after(() => rmSync(place, { recursive: true, force: true }));

  it('are there', () => {
    const text = recipes();
    assert.ok(text.length >= 9, `only ${text.length} recipes were found`);
    for (const word of Object.keys(EXPECTED))
      assert.ok(
        text.some((block) => block.includes(word)),
        word,
      );
  });

  /** Runs a script as somebody who has just begun: a new project, a new home. */
  async function play(name: string, script: string): Promise<string> {
    const project = join(place, `shop-${name}`);
    const home = join(place, `home-${name}`);
    mkdirSync(project);
    mkdirSync(join(home, '.styxy'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, '.styxy', 'config.json'), JSON.stringify(CONFIG), { mode: 0o600 });
    execFileSync('git', ['init', '--quiet', project]);
    writeFileSync(join(project, 'server.js'), SERVER);
    const env = {
      PATH: [join(place, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: home,
      STYXY_HOME: join(home, '.styxy'),
      STYXY_API_PORT: '0',
      EDITOR: 'true',
      ...AUTHOR,
    };
    try {
      const { status, output } = await run(`${PREAMBLE}${script}${EPILOGUE}`, project, env);
      assert.equal(status, 0, output);
      assert.doesNotMatch(output, /\(node:\d+\)|Warning:/);
      return output;
    } finally {
      const stopped = await run('styxy daemon stop', project, env);
      assert.equal(stopped.status, 0, stopped.output);
    }
  }

  for (const [index, recipe] of recipes().entries()) {
    it(recipe.trim().split('\n')[0] ?? '', async () => {
      const output = await play(String(index), recipe);
      for (const [word, shown] of Object.entries(EXPECTED))
        if (recipe.includes(word)) assert.match(output, shown);
    });
  }

  for (const [index, page] of STORIES.entries()) {
    it(`${page}, from its first recipe to its last`, async () => {
      // The last line that is printed of a story that fails says which of its recipes did.
      const told = recipesOf(page).map((recipe, n) => `echo '--- recipe ${n + 1}'\n${recipe}`);
      const output = await play(`story-${index}`, told.join(''));
      for (const shown of TOLD[page] ?? []) assert.match(output, shown);
    });
  }

  it('tells of pages that are there', () => {
    assert.deepEqual(
      Object.keys(TOLD).filter((page) => !STORIES.includes(page)),
      [],
    );
  });
});
