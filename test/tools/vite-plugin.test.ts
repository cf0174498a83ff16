// Proves the plug-in on the real Vite: two checkouts at once, each on its own lease, and types that are Vite's own.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPlace, type Place, ROOT, runProgram } from '../e2e/cli-harness.ts';
import { freeRange } from '../e2e/port-range.ts';
import { type Installed, installTools } from './install.ts';
import { QUIET } from './npm-tools.ts';

const range = freeRange('embedding', 20);
let place: Place;
let installed: Installed;
let root = '';
const servers: ChildProcess[] = [];

before(async () => {
  place = openPlace();
  installed = await installTools();
  root = mkdtempSync(join(installed.dir, 'styxy-vite-'));
  mkdirSync(place.home, { mode: 0o700 });
  const config = { service_types: { dev: { range, preferred_ports: [] } } };
  writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
});
after(async () => {
  for (const server of servers) server.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
  await place.close();
  installed.remove();
});

/** Starts Vite in a project of this name and resolves with the port that it says it serves on. */
async function serve(name: string): Promise<number> {
  const project = join(root, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'index.html'), `<title>${name}</title>`);
  const plugin = JSON.stringify(join(ROOT, 'dist', 'vite.js'));
  writeFileSync(
    join(project, 'vite.config.js'),
    `import styxy from ${plugin};\nexport default { plugins: [styxy({ isRequired: true })] };\n`,
  );
  const vite = join(installed.dir, 'node_modules', 'vite', 'bin', 'vite.js');
  const child = spawn(process.execPath, [vite], {
    cwd: project,
    env: { ...place.env, ...QUIET, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(child);
  let text = '';
  for await (const part of child.stdout) {
    text += String(part);
    const port = /http:\/\/localhost:(\d+)\//.exec(text)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return Number(port);
  }
  throw new Error(`Vite ended: ${text}`);
}

describe('Vite with the plug-in', () => {
  it('serves two checkouts at once, each on the port of its lease', async () => {
    const ports = await Promise.all([serve('first'), serve('second')]);
    assert.equal(new Set(ports).size, 2);
    const { allocations } = JSON.parse((await place.styxy(['list', '--json'])).stdout);
    assert.deepEqual(allocations.map(({ port }: { port: number }) => port).toSorted(), ports.toSorted());
    for (const [index, name] of ['first', 'second'].entries()) {
      const page = await (await fetch(`http://localhost:${ports[index]}/`)).text();
      assert.match(page, new RegExp(`<title>${name}</title>`));
    }
    for (const server of servers) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  });

  it('fits into Vite’s own types', async () => {
    const project = join(root, 'typed');
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    symlinkSync(ROOT, join(project, 'node_modules', 'styxy'));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(project, 'vite.config.ts'),
      `import styxy from 'styxy/vite';\nimport { defineConfig } from 'vite';\nexport default defineConfig({ plugins: [styxy()] });\n`,
    );
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const words = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--skipLibCheck',
      '--types',
      '',
    ];
    const { status, stdout } = await runProgram(
      process.execPath,
      [compiler, '--ignoreConfig', ...words, 'vite.config.ts'],
      { cwd: project, env: place.env },
    );
    assert.equal(status, 0, stdout);
  });
});
