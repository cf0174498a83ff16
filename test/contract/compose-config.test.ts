// Owns the contract with the Compose of this machine: it says of a project what the own reading of the files says, and takes an override or is seen not to.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readComposeCommand } from '../../src/compose/command.ts';
import { composeFiles } from '../../src/compose/files.ts';
import type { ComposeModel } from '../../src/compose/model.ts';
import { movesOf } from '../../src/compose/moves.ts';
import { isIgnored, overrideOf } from '../../src/compose/override.ts';
import { readOwn } from '../../src/compose/own-reading.ts';
import { projectFiles } from '../../src/project/project-files.ts';
import { askConfig } from '../../src/run/compose-config.ts';

/** What answers `version` here. */
const HERE = [['docker', 'compose'], ['docker-compose']].flatMap(([program = '', ...words]) => {
  try {
    const said = execFileSync(program, [...words, 'version', '--short'], { encoding: 'utf8', stdio: 'pipe' });
    return [{ words: [program, ...words], version: said.trim().replace(/^v/, '') }];
  } catch {
    return [];
  }
});

/** `!override` came with 2.24.4. */
function isKnowing(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  return major > 2 || (major === 2 && (minor > 24 || (minor === 24 && patch >= 4)));
}

const FILES: Readonly<Record<string, string>> = {
  'compose.yaml': `
x-ports: &ports
  - "9100-9102:9100-9102"
services:
  web:
    image: nginx:\${TAG:-1}
    ports:
      - "127.0.0.1:\${WEB_PORT:-8080}:80"
      - "\${TLS_PORT}:443"
      - "9000"
      - "6000-6003:60"
      - "[::1]:8081:81"
    depends_on: [db]
  db:
    image: postgres:16
    ports:
      - target: 5432
        published: 5432
        protocol: tcp
  dns: {image: own, ports: ["53:53/udp", "53:53"]}
  more: {image: own, ports: *ports}
`,
  'compose.override.yaml': `
services:
  db: {ports: ["\${GONE-5433}:5433"]}
  later: {image: own, ports: ["7000:70"]}
`,
  '.env': 'TLS_PORT=8443\nWEB_PORT=9999\n',
  'below/.env': 'TLS_PORT=8444\n',
};

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'styxy-real-compose-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(place, name, '..'), { recursive: true });
    writeFileSync(join(place, name), text);
  }
});
after(() => rmSync(place, { recursive: true, force: true }));

/** Everything that is published, in one order. */
function published(model: ComposeModel | null): string[] {
  assert.ok(model !== null);
  return movesOf(model)
    .moves.map(({ service, protocol, start, count, target }) =>
      [service, protocol, start, count, target].join(' '),
    )
    .sort();
}

const none = HERE.length === 0 ? 'no Compose is installed' : false;

describe('the Compose of this machine', { skip: none }, () => {
  for (const { words, version } of HERE) {
    const name = `${words.join(' ')} ${version}`;
    const env = { ...process.env, WEB_PORT: '8088' };

    for (const below of ['.', 'below']) {
      it(`${name} publishes what the own reading finds, asked in ${below}`, async () => {
        const directory = join(place, below);
        const said = await askConfig({ words, services: [], directory, env });
        const command = readComposeCommand([...words, 'up']);
        assert.ok(command !== null && said.model !== null, 'why' in said ? said.why : '');
        const files = composeFiles(command, directory, env, projectFiles().text);
        const own = await readOwn({
          texts: files.paths.map((path) => readFileSync(path, 'utf8')),
          variables: files.variables,
          profiles: [],
          services: [],
          isWithoutOthers: false,
        });
        assert.deepEqual(published(said.model), published(own));
        assert.equal(published(own).length, 12);
      });
    }

    it(`${name} takes an override, or is seen not to`, async () => {
      const { model } = await askConfig({ words, services: [], directory: place, env });
      assert.ok(model !== null);
      const moved = movesOf(model).moves.map((move) => ({ move, port: move.start + 100 }));
      const path = join(place, 'override.yaml');
      writeFileSync(path, (await overrideOf(model, moved)) ?? '');
      const files = ['compose.yaml', 'compose.override.yaml', path].flatMap((file) => ['-f', file]);
      const after = await askConfig({ words: [...words, ...files], services: [], directory: place, env });
      const isTaken = after.model !== null && !isIgnored(after.model, moved);
      assert.equal(isTaken, isKnowing(version), 'why' in after ? after.why : '');
      if (!isTaken) return;
      assert.deepEqual(
        published(after.model),
        published(model)
          .map((line) =>
            line.replace(/ (tcp|udp) (\d+) /, (_, kind, port) => ` ${kind} ${Number(port) + 100} `),
          )
          .sort(),
      );
    });
  }
});
