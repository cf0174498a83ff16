// Owns the state of the files: their size and first line, their names, and words that no file may hold.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { importsOf, isTest, ROOT, read, repositoryFiles, sourcesOf, withoutComments } from './tree.ts';

const MAX_LINES = 300;
const MAX_TEST_LINES = 500;

/** Files that are longer, each with its reason. */
const LONGER: Readonly<Record<string, string>> = {};

/** Folders whose files are run as a whole, by the test that does. */
const TESTED_FROM_OUTSIDE: Readonly<Record<string, string>> = {
  'src/daemon/handlers': 'test/e2e/http.test.ts',
  'src/dashboard/components': 'test/e2e/dashboard.test.ts',
  'src/doctor/checks': 'src/doctor/examine.test.ts',
  'src/library': 'test/e2e/library.test.ts',
  'src/vite': 'test/e2e/vite-plugin.test.ts',
  'src/mcp/tools': 'test/e2e/mcp.test.ts',
};

/** Where the process may be ended. */
const ENTRIES = ['src/cli/main.ts', 'src/daemon/main.ts'];

const sources = sourcesOf('src');
const everySource = ['src', 'test', 'scripts', 'bench'].flatMap(sourcesOf);

/** `path:line: text` of every line of `paths` that matches. */
function linesMatching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    withoutStrings(withoutComments(read(path)))
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

function withoutStrings(code: string): string {
  return code.replace(/'(?:[^'\\\n]|\\.)*'/g, "'…'");
}

describe('source files', () => {
  it('are short enough to be one idea', () => {
    const long = everySource
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(
        ({ path, lines }) => lines > (path.startsWith('src/') && !isTest(path) ? MAX_LINES : MAX_TEST_LINES),
      )
      .filter(({ path }) => !(path in LONGER))
      .map(({ path, lines }) => `${path} has ${lines} lines`);
    assert.deepEqual(long, []);
  });

  it('open with the sentence that says what they own', () => {
    const silent = everySource
      .filter((path) => !isTest(path))
      .filter((path) => !/^(?:#!.*\n)?\/\/ Owns [^\n]+\n/.test(read(path)));
    assert.deepEqual(silent, []);
  });

  it('have kebab-case names', () => {
    const odd = everySource.filter((path) =>
      path.split('/').some((part) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*$/.test(part)),
    );
    assert.deepEqual(odd, []);
  });

  it('are tested in every folder: by a test that stands there, or one that imports from there', () => {
    const imported = sourcesOf('test')
      .filter(isTest)
      .flatMap((path) => importsOf(path, read(path)));
    const tested = new Set(imported.flatMap(({ path }) => (path === null ? [] : [dirname(path)])));
    const folders = new Set(sources.map(dirname));
    const untested = [...folders]
      .filter((folder) => !tested.has(folder))
      .filter((folder) => !sources.some((path) => isTest(path) && path.startsWith(`${folder}/`)))
      .filter((folder) => !existsSync(join(ROOT, TESTED_FROM_OUTSIDE[folder] ?? 'nowhere')));
    assert.deepEqual(untested, []);
  });

  it('use no any, and silence no check of types', () => {
    assert.deepEqual(linesMatching(everySource, /(?::|\bas|<|\|)\s*any\b(?!['\w])/), []);
    const silenced = everySource.filter((path) =>
      /@ts-(?:ignore|expect-error|nocheck)|noExplicitAny|noNonNullAssertion/.test(read(path)),
    );
    assert.deepEqual(
      silenced.filter((path) => !path.startsWith('test/tidy/')),
      [],
    );
  });

  it('leave nothing for later', () => {
    const marked = everySource.filter((path) => /\b(?:TODO|FIXME|XXX)\b/.test(read(path)));
    assert.deepEqual(
      marked.filter((path) => !path.startsWith('test/tidy/')),
      [],
    );
  });

  it('run every test, or say why not', () => {
    assert.deepEqual(
      linesMatching(
        everySource,
        /\.only\(|\bonly:\s*true|\b(?:it|test|describe)\.(?:skip|todo)\(|\bskip:\s*true|\.skip\(\)/,
      ),
      [],
    );
  });

  it('end the process in the entry points alone', () => {
    const elsewhere = sources.filter((path) => !isTest(path) && !ENTRIES.includes(path));
    assert.deepEqual(linesMatching(elsewhere, /\bprocess\.exit\(/), []);
  });
});

describe('the repository', () => {
  it('names no path and no registry of the machine it was made on', () => {
    const own = [ROOT.replace(/\/$/, ''), homedir()].filter((path) => path.split('/').length > 2);
    const telling = repositoryFiles().filter((path) => {
      const text = read(path);
      return own.some((mine) => text.includes(mine));
    });
    assert.deepEqual(telling, []);
    const hosts = [...read('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(
      ([, host]) => host,
    );
    assert.deepEqual(
      hosts.filter((host) => host !== 'registry.npmjs.org'),
      [],
    );
    assert.doesNotMatch(read('.npmrc'), /registry|_auth/);
  });

  it('holds no token, key, store or packed file', () => {
    const secret = repositoryFiles().filter((path) =>
      /(?:^|\/)(?:\.env(?:\..*)?|.*\.(?:token|pem|key|db|db-wal|db-shm|sock|tgz|log))$/.test(path),
    );
    assert.deepEqual(secret, []);
  });
});
