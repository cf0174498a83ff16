// Owns the promise that a plan never loses, moves or changes a word of the user's, whatever the command is.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TOOLS } from '../../src/tools/catalogue/all.ts';
import { LEASELESS } from '../../src/tools/catalogue/leaseless.ts';
import { LAUNCHERS } from '../../src/tools/launchers.ts';
import { planRun } from '../../src/tools/plan.ts';
import { projectTree } from '../fixtures/project-tree.ts';

const PORT = 4711;
const RUNS = 3_000;

/** Words that mean something to somebody, so that arbitrary commands come near to real ones. */
const telling = [
  ...new Set(
    [...TOOLS, ...LEASELESS].flatMap((entry) => [
      ...entry.commands.flatMap((command) => command.split(' ')),
      ...(entry.except ?? []),
      ...(entry.valueOptions ?? []),
      ...('told' in entry ? [...(entry.told.options ?? []), ...(entry.told.extra ?? [])] : []),
    ]),
  ),
  ...LAUNCHERS.flatMap(({ starts, values = [], flags = [], text = [] }) => [
    ...starts.flatMap((start) => start.split(' ')),
    ...values,
    ...flags,
    ...text,
  ]),
];
const managers = [
  'npm',
  'pnpm',
  'yarn',
  'bun',
  'run',
  'constructor',
  '__proto__',
  'start',
  'exec',
  'dlx',
  '-w',
  '--filter',
  '-r',
  '--prefix',
  'python',
  'python3',
  '-m',
  'php',
  'ruby',
];
const names = [
  'dev',
  'chain',
  'fixed',
  'loop',
  'web',
  'packages/web',
  '.',
  'x.js',
  'server.js',
  'vite@latest',
  'A=1',
  'PORT=3000',
];
const ports = [
  '3000',
  '--port=3000',
  '-p3000',
  '--port',
  '-p',
  '0.0.0.0:8000',
  '8080:80',
  'tcp://h:1',
  '0',
  '99999',
  '$PORT',
  `\${PORT:-1}`,
];
const marks = ['--', '-', '', '&&', '|', '$(x)', "it's", '"', '\\', '{', 'a b', '-c', 'vite --port 1 && x'];

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...telling) },
  { weight: 3, arbitrary: fc.constantFrom(...managers) },
  { weight: 2, arbitrary: fc.constantFrom(...names) },
  { weight: 3, arbitrary: fc.constantFrom(...ports) },
  { weight: 2, arbitrary: fc.constantFrom(...marks) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
/** A real command at the front, so that most of what follows is read as its arguments. */
const start = fc.constantFrom(
  ...TOOLS.flatMap(({ commands }) => commands.map((command) => command.split(' '))),
  ...LAUNCHERS.flatMap(({ starts }) => starts.map((each) => each.split(' '))),
  ['npm', 'run', 'dev'],
  ['npm', 'run', 'fixed', '--'],
  ['pnpm', 'chain'],
);
const command = fc.oneof(
  fc.array(word, { maxLength: 8 }),
  fc.tuple(start, fc.array(word, { maxLength: 6 })).map(([front, rest]) => [...front, ...rest]),
);

const files = projectTree({
  '/w/package.json': {
    workspaces: ['packages/*'],
    scripts: {
      dev: 'vite',
      start: 'next dev',
      chain: 'tsc && npm run dev',
      fixed: 'vite --port 3000',
      loop: 'npm run loop',
      web: 'cd packages/web && flask run',
    },
  },
  '/w/packages/web/package.json': { name: 'web', scripts: { dev: 'astro dev', start: 'node server.js' } },
});

/** A word in which nothing but the digits of one port may have changed. */
function isFilled(before: string, after: string): boolean {
  if (before === after) return true;
  const at = [...before.matchAll(/\d{1,5}/g)].find(
    ({ index, 0: digits }) =>
      `${before.slice(0, index)}${PORT}${before.slice(index + digits.length)}` === after,
  );
  return at !== undefined;
}

describe('a plan for any command', () => {
  it('keeps every word in its place, but for a port that one of them names', () => {
    fc.assert(
      fc.property(command, (words) => {
        const told = planRun(words, '/w', files).words(PORT);
        assert.ok(told.length >= words.length);
        for (const [at, before] of words.entries()) {
          const after = told[at] ?? '';
          assert.ok(isFilled(before, after), `${before} became ${after}`);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('adds nothing but what a tool of the catalogue is told, behind dashes of npm', () => {
    const known = TOOLS.map(({ told }) => [...(told.add ?? []), ...(told.extra ?? [])]);
    fc.assert(
      fc.property(command, (words) => {
        const added = planRun(words, '/w', files).words(PORT).slice(words.length);
        const own = added.filter((each) => each !== '--').map((each) => each.replace(String(PORT), '{port}'));
        const isKnown = own.length === 0 || known.some((all) => own.every((each) => all.includes(each)));
        assert.ok(isKnown, added.join(' '));
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves alone what is not understood, what has no single port, and what has the placeholder', () => {
    fc.assert(
      fc.property(command, fc.nat(), (words, at) => {
        const found = planRun(words, '/w', files);
        if (found.tool === null || found.leaseless !== null) {
          assert.deepEqual(found.words(PORT), words);
          assert.deepEqual(found.environment(PORT), {});
        }
        const placed = words.toSpliced(at % (words.length + 1), 0, '--listen={port}');
        const expected = placed.map((each) => each.replaceAll('{port}', String(PORT)));
        assert.deepEqual(planRun(placed, '/w', files).words(PORT), expected);
      }),
      { numRuns: RUNS },
    );
  });
});
