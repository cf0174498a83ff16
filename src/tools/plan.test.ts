import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../test/fixtures/project-tree.ts';
import { planRun, type RunPlan } from './plan.ts';
import { readShellLine } from './shell-words.ts';

const PORT = 4711;

/** A workspace of two packages, with scripts of every kind. */
const files = projectTree({
  '/shop/package.json': {
    workspaces: ['packages/*'],
    scripts: {
      dev: 'vite',
      nested: 'npm run dev',
      twice: 'npm run nested',
      'nested-dashes': 'npm run dev -- --host',
      'through-pnpm': 'pnpm dev --host',
      chain: 'tsc -b && vite',
      early: 'vite && echo done',
      pipe: 'vite | tee log',
      beside: 'tsc -w & vite',
      background: 'vite & tsc -w',
      trailing: 'vite &',
      both: 'vite & node server.js',
      quiet: 'vite > log 2>&1',
      fixed: 'vite --port 3000',
      'fixed-early': 'vite --port 3000 && echo done',
      astro: 'astro dev --port 4000',
      'by-variable': 'vite --port $PORT --strictPort',
      'by-default': `next dev -p \${PORT:-3000}`,
      assigned: 'PORT=3001 next dev',
      crossed: 'cross-env NODE_ENV=x PORT=3001 next dev',
      'assigned-early': 'PORT=3001 next dev | tee log',
      'assigned-app': 'PORT=3001 node server.js',
      exported: 'export PORT=3001 && next dev',
      'exported-flag': 'export PORT=3001 && vite --port $PORT',
      'passed-on': 'PORT=$PORT next dev',
      moved: 'cd packages/web && npx vite',
      shell: 'sh -c "vite"',
      computed: 'vite --port $(free-port)',
      variable: '$TOOL dev',
      serves: 'serve -l 3000 -l 3001',
      book: 'storybook dev -p 6006',
      styxy: 'styxy run -- vite',
      turbo: 'turbo dev',
      up: 'docker compose up -d && next dev',
      loop: 'npm run loop',
      doubled: 'npm run doubled & npm run doubled && vite',
      again: 'vite && npm run again',
      long: `${'mkdir -p build && '.repeat(40)}vite`,
      'moved-beside': 'cd packages/web & vite',
      app: 'node server.js',
      build: 'vite build',
    },
  },
  '/shop/packages/web/package.json': { name: '@shop/web', scripts: { dev: 'next dev', start: 'astro dev' } },
  '/shop/packages/api/package.json': { name: 'api', scripts: { dev: 'uvicorn app:app' } },
  '/plain/package.json': { name: 'plain' },
  '/plain/server.js': '',
});

function plan(command: string, directory = '/shop'): RunPlan {
  const line = readShellLine(command);
  assert.ok(line.kind === 'commands');
  return planRun(line.commands[0]?.words.map(({ text }) => text) ?? [], directory, files);
}

function told(command: string, directory?: string): string {
  return plan(command, directory).words(PORT).join(' ');
}

describe('the words of a plan', () => {
  const cases: readonly [command: string, told: string, directory?: string][] = [
    // npm passes on what stands behind `--` alone, at each of its layers.
    ['npm run dev', 'npm run dev -- --port 4711 --strictPort'],
    ['npm run dev -- --host', 'npm run dev -- --host --port 4711 --strictPort'],
    ['npm run nested', 'npm run nested -- -- --port 4711 --strictPort'],
    ['npm run twice', 'npm run twice -- -- -- --port 4711 --strictPort'],
    ['npm run nested-dashes', 'npm run nested-dashes -- --port 4711 --strictPort'],
    ['npm run through-pnpm', 'npm run through-pnpm -- --port 4711 --strictPort'],
    ['npm --silent run dev', 'npm --silent run dev -- --port 4711 --strictPort'],
    ['npm run dev -w @shop/web', 'npm run dev -w @shop/web'],
    ['npm start -w @shop/web', 'npm start -w @shop/web -- --port 4711'],
    ['npm exec vite', 'npm exec vite -- --port 4711 --strictPort'],
    ['npm exec -- vite', 'npm exec -- vite --port 4711 --strictPort'],
    ['npm run-script dev', 'npm run-script dev -- --port 4711 --strictPort'],
    ['npm x vite', 'npm x vite -- --port 4711 --strictPort'],
    ['npm.cmd run dev', 'npm.cmd run dev -- --port 4711 --strictPort'],
    ['yarn dev', 'yarn dev --port 4711 --strictPort'],
    ['yarn run dev --host', 'yarn run dev --host --port 4711 --strictPort'],
    ['yarn exec -- vite', 'yarn exec -- vite --port 4711 --strictPort'],
    // yarn 1.22 keeps `--port` for itself here, yarn 4.18 passes it on.
    ['yarn exec vite', 'yarn exec vite'],
    ['pnpm dev', 'pnpm dev --port 4711 --strictPort'],
    ['pnpm run dev', 'pnpm run dev --port 4711 --strictPort'],
    ['pnpm run-script dev', 'pnpm run-script dev --port 4711 --strictPort'],
    ['pnpm exec -- vite', 'pnpm exec -- vite --port 4711 --strictPort'],
    ['pnpm vite', 'pnpm vite --port 4711 --strictPort'],
    ['pnpm exec vite', 'pnpm exec vite --port 4711 --strictPort'],
    ['pnpm dlx vite@8', 'pnpm dlx vite@8 --port 4711 --strictPort'],
    ['yarn dlx vite', 'yarn dlx vite --port 4711 --strictPort'],
    ['bun dev', 'bun dev --port 4711 --strictPort'],
    ['bun --bun run dev', 'bun --bun run dev --port 4711 --strictPort'],
    ['bunx --bun vite', 'bunx --bun vite --port 4711 --strictPort'],
    ['npx -y vite@latest', 'npx -y vite@latest --port 4711 --strictPort'],
    ['npx --package vite vite', 'npx --package vite vite --port 4711 --strictPort'],
    ['npx @angular/cli@17 serve', 'npx @angular/cli@17 serve --port 4711'],
    ['node_modules/.bin/vite', 'node_modules/.bin/vite --port 4711 --strictPort'],
    ['node node_modules/vite/bin/vite.js', 'node node_modules/vite/bin/vite.js --port 4711 --strictPort'],
    ['node --inspect node_modules/.bin/astro dev', 'node --inspect node_modules/.bin/astro dev --port 4711'],
    ['vite.cmd', 'vite.cmd --port 4711 --strictPort'],
    ['env NODE_ENV=x npx vite', 'env NODE_ENV=x npx vite --port 4711 --strictPort'],
    ['dotenv -e .env -- npx vite', 'dotenv -e .env -- npx vite --port 4711 --strictPort'],
    ['dotenvx run -f .env -- vite', 'dotenvx run -f .env -- vite --port 4711 --strictPort'],
    // What sudo starts does not inherit the variable.
    ['sudo -u www next dev', 'sudo -u www next dev -p 4711'],
    ['next dev', 'next dev'],
    ['timeout 60 npx vite', 'timeout 60 npx vite --port 4711 --strictPort'],
    ['poetry run mkdocs serve', 'poetry run mkdocs serve -a 127.0.0.1:4711'],
    ['uvx mkdocs@1.6 serve', 'uvx mkdocs@1.6 serve -a 127.0.0.1:4711'],
    // A script of several commands takes what is added behind its last one.
    ['npm run chain', 'npm run chain -- --port 4711 --strictPort'],
    ['npm run long', 'npm run long -- --port 4711 --strictPort'],
    ['npm run beside', 'npm run beside -- --port 4711 --strictPort'],
    ['npm run quiet', 'npm run quiet -- --port 4711 --strictPort'],
    ['npm run moved', 'npm run moved -- --port 4711 --strictPort'],
    ['npm run early', 'npm run early'],
    ['npm run pipe', 'npm run pipe'],
    ['npm run background', 'npm run background'],
    ['npm run trailing', 'npm run trailing'],
    // What a script says is beaten where the last one counts.
    ['npm run fixed', 'npm run fixed -- --port 4711 --strictPort'],
    ['npm run book', 'npm run book -- -p 4711 --exact-port'],
    ['npm run assigned', 'npm run assigned -- -p 4711'],
    ['npm run crossed', 'npm run crossed -- -p 4711'],
    ['npm run exported', 'npm run exported -- -p 4711'],
    ['npm run exported-flag', 'npm run exported-flag -- --port 4711 --strictPort'],
    ['npm run astro', 'npm run astro'],
    ['npm run fixed-early', 'npm run fixed-early'],
    ['npm run by-variable', 'npm run by-variable'],
    ['npm run by-default', 'npm run by-default'],
    ['npm run passed-on', 'npm run passed-on'],
    ['npm run dev -- --port 3000', 'npm run dev -- --port 4711 --strictPort'],
    // The user's own placeholder is filled, and nothing is added.
    ['vite --port {port}', 'vite --port 4711'],
    ['npm run dev -- --port {port}', 'npm run dev -- --port 4711'],
    ['sh -c "vite --port {port}"', 'sh -c vite --port 4711'],
    // Nothing that is not understood is touched.
    ['npm test && rm -rf build', 'npm test'],
    ['mkdir -p 2024', 'mkdir -p 2024'],
    ['git commit -m vite', 'git commit -m vite'],
    ['npm run nested -- --host', 'npm run nested -- --host'],
    ['npm run dev --port 3000', 'npm run dev --port 3000'],
    ['npm run none', 'npm run none'],
    ['npm install vite', 'npm install vite'],
    ['npm install dev', 'npm install dev'],
    ['npm', 'npm'],
    ['npm run', 'npm run'],
    ['pnpm', 'pnpm'],
    ['pnpm run', 'pnpm run'],
    ['yarn', 'yarn'],
    ['yarn workspace', 'yarn workspace'],
    ['bun run', 'bun run'],
    // An option that is not known may take the next word.
    ['npm --unknown run dev', 'npm --unknown run dev'],
    ['pnpm --unknown dev', 'pnpm --unknown dev'],
    ['pnpm run --unknown dev', 'pnpm run --unknown dev'],
    ['yarn --unknown dev', 'yarn --unknown dev'],
    ['yarn run --unknown dev', 'yarn run --unknown dev'],
    ['bun --unknown dev', 'bun --unknown dev'],
    ['bun run --unknown dev', 'bun run --unknown dev'],
    ['npm run dev -w', 'npm run dev -w'],
    ['npm constructor', 'npm constructor'],
    ['npm run constructor', 'npm run constructor'],
    ['pnpm add vite', 'pnpm add vite'],
    ['yarn add vite', 'yarn add vite'],
    ['bun add vite', 'bun add vite'],
    ['npm run computed', 'npm run computed'],
    ['npm run variable', 'npm run variable'],
    ['npm run loop', 'npm run loop'],
    ['npm run doubled', 'npm run doubled'],
    ['npm run again', 'npm run again'],
    ['npm run moved-beside', 'npm run moved-beside'],
    ['npm run build', 'npm run build'],
    ['npm run shell', 'npm run shell'],
    ['npx --unknown vite', 'npx --unknown vite'],
    ['npx create-vite', 'npx create-vite'],
    ['npx @acme/vite', 'npx @acme/vite'],
    ['node --test node_modules/.bin/vite', 'node --test node_modules/.bin/vite'],
    ['node -e 0 node_modules/.bin/vite', 'node -e 0 node_modules/.bin/vite'],
    ['node -- node_modules/.bin/vite', 'node -- node_modules/.bin/vite'],
    ['./vite', './vite'],
    ['../vite', '../vite'],
    ['echo vite', 'echo vite'],
    ['vite -- x', 'vite -- x'],
    ['serve -l 3000 -l 3001', 'serve -l 3000 -l 3001'],
  ];
  for (const [command, expected, directory] of cases) {
    it(`are \`${expected}\` for \`${command}\``, () => assert.equal(told(command, directory), expected));
  }

  it('are none for none', () => assert.deepEqual(planRun([], '/shop', files).words(PORT), []));
});

describe('the directory of a plan', () => {
  const cases: readonly [command: string, expected: string, directory?: string][] = [
    ['npm run dev', '/shop'],
    ['npm run dev', '/shop', '/shop/src/deep'],
    ['npm run none', '/shop', '/shop/src'],
    ['npm run dev -w @shop/web', '/shop/packages/web'],
    ['npm run dev -w packages/web', '/shop/packages/web'],
    ['npm --workspace=api run dev', '/shop/packages/api'],
    ['npm --prefix packages/web run dev', '/shop/packages/web'],
    ['npm run moved', '/shop/packages/web'],
    ['yarn workspace @shop/web dev', '/shop/packages/web'],
    ['yarn workspace api dev', '/shop/packages/api', '/shop/packages/web'],
    ['yarn --cwd packages/api dev', '/shop/packages/api'],
    ['pnpm --filter web dev', '/shop/packages/web'],
    ['pnpm --filter ./packages/api dev', '/shop/packages/api'],
    ['pnpm -C packages/web dev', '/shop/packages/web'],
    ['pnpm -w dev', '/shop', '/shop/packages/web'],
    ['bun run --cwd packages/web dev', '/shop/packages/web'],
    ['bun --filter @shop/web dev', '/shop/packages/web'],
    ['bun --filter api dev', '/shop/packages/api'],
    ['npx vite', '/shop/src', '/shop/src'],
    ['env -C packages/web npx vite', '/shop/packages/web'],
    ['uv run --directory packages/api uvicorn app:app', '/shop/packages/api'],
    ['python packages/api/manage.py runserver', '/shop/packages/api'],
    ['make dev', '/shop/src', '/shop/src'],
  ];
  for (const [command, expected, directory] of cases) {
    it(`is ${expected} for ${command}`, () => assert.equal(plan(command, directory).directory, expected));
  }
});

describe('a plan', () => {
  it('knows the type of what a script starts', () => {
    assert.equal(plan('npm run dev -w api').serviceType, 'api');
    assert.equal(plan('npm run book').serviceType, 'storybook');
    assert.equal(plan('npm start', '/plain').serviceType, 'api');
    assert.equal(plan('docker run -p 5432:5432 library/postgres:16').serviceType, 'database');
    assert.equal(plan('docker run --name redis -p 8080:80 acme/app').serviceType, null);
    assert.equal(plan('make dev').serviceType, null);
  });

  it('knows the port that cannot be changed', () => {
    assert.equal(plan('npm run astro').fixedPort, 4000);
    assert.equal(plan('npm run fixed-early').fixedPort, 3000);
    assert.equal(plan('npm run assigned-early').fixedPort, 3001);
    assert.equal(plan('npm run assigned-app').fixedPort, 3001);
    for (const script of ['fixed', 'assigned', 'by-variable', 'by-default', 'passed-on', 'early'])
      assert.equal(plan(`npm run ${script}`).fixedPort, null, script);
  });

  it('takes the port in the user’s own words for a wish', () => {
    assert.equal(plan('vite --port 3000').wishedPort, 3000);
    assert.equal(plan('npm run dev -- --port=3000').wishedPort, 3000);
    assert.equal(plan('npm run fixed').wishedPort, null);
  });

  it('says what to do where the tool cannot be told', () => {
    const cases: readonly [command: string, advice: RegExp][] = [
      ['npm run pipe', /Vite does not listen to PORT.*script "pipe".*`--port \$PORT --strictPort`/],
      ['sh -c "vite"', /Vite does not listen to PORT.*`--port \{port\} --strictPort`/],
      ['npm run fixed-early', /`3000` in the script "fixed-early" decides/],
      ['npm run assigned-early', /`PORT=3001` in the script "assigned-early" decides/],
      ['redis-server --daemonize yes', /^With --daemonize, Redis, Valkey goes to the background/],
      ['docker run -d -p 8080:80 nginx', /^With -d, Docker, Podman goes to the background/],
      ['memcached -d -p {port}', /^With -d, memcached/],
      ['kafka-server-start.sh x', /PLAINTEXT:\/\/127\.0\.0\.1:\{port\}/],
      ['serve -l 3000 -l 3001', /serve is told more than one port/],
    ];
    for (const [command, advice] of cases) assert.match(plan(command).advice ?? '', advice);
    const quiet = [
      'npm run dev',
      'vite',
      'node server.js',
      'make dev',
      'vite --port {port}',
      'redis-server --daemonize no',
      'docker run -p 8080:80 nginx -d',
    ];
    for (const command of quiet) assert.equal(plan(command).advice, null, command);
  });

  it('knows a tool that is only asked about itself for no server', () => {
    for (const command of [
      'vite --help',
      'npx vite --version',
      'redis-server --version',
      'turbo dev --help',
    ]) {
      const { tool, leaseless } = plan(command);
      assert.deepEqual([tool, leaseless], [null, null], command);
      assert.equal(told(command), command);
    }
    assert.equal(plan('docker run -p 8080:80 nginx -- --help').tool, 'Docker, Podman');
  });

  it('sees where there is no single server', () => {
    const cases: readonly [command: string, leaseless: RunPlan['leaseless'], tool: string | null][] = [
      ['npm run turbo', 'several', 'Turborepo'],
      ['npm run both', 'several', 'the script "both"'],
      ['npm run styxy', 'nested', 'styxy run'],
      ['npm run dev --workspaces', 'several', 'this command'],
      ['npm run dev -w api -w @shop/web', 'several', 'this command'],
      ['pnpm -r dev', 'several', 'this command'],
      ['pnpm --parallel dev', 'several', 'this command'],
      ['pnpm run --recursive dev', 'several', 'this command'],
      ['pnpm --filter api --filter web dev', 'several', 'this command'],
      ['npm run dev -ws', 'several', 'this command'],
      ['bun --filter api --filter web dev', 'several', 'this command'],
      ['pnpm --filter ./packages/* dev', 'several', 'this command'],
      ['pnpm --filter web... dev', 'several', 'this command'],
      ['yarn workspaces foreach run dev', 'several', 'this command'],
      ['bun --filter * dev', 'several', 'this command'],
      ['npm run up', null, 'Next.js'],
      ['npm run dev', null, 'Vite'],
    ];
    for (const [command, leaseless, tool] of cases) {
      const found = planRun(command.split(' '), '/shop', files);
      assert.deepEqual([found.leaseless, found.tool], [leaseless, tool], command);
      if (leaseless !== null) assert.equal(found.words(PORT).join(' '), command);
    }
  });

  it('takes the words behind a shell’s text for none of its commands', () => {
    assert.equal(plan('sh -c vite build').tool, 'Vite');
    assert.equal(plan('sh -c vite --port 3000').fixedPort, null);
  });

  it('looks at a bounded number of commands, whatever scripts call each other', () => {
    let reads = 0;
    const counting = {
      ...files,
      text: (path: string) => {
        reads += 1;
        return files.text(path);
      },
    };
    assert.equal(planRun(['npm', 'run', 'doubled'], '/shop', counting).tool, null);
    assert.ok(reads < 1_000, `${reads} reads`);
    assert.equal(plan('npm run again').tool, null, 'what was seen on a way without end proves nothing');
  });

  it('keeps its variables where the user tells the port by a placeholder', () => {
    assert.deepEqual(plan('flask run -p {port}').environment(PORT), { FLASK_RUN_PORT: '4711' });
  });
});
