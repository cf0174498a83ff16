// Owns the direction of the imports: which room of the source may know which other, as ARCHITECTURE.md draws it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Import, importsOf, isTest, read, sourcesOf, withoutComments } from './tree.ts';

/** What a room may import besides itself; `types` allows its types alone. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, 'all' | 'types'>>>> = {
  'error-kinds': {},
  errors: { 'error-kinds': 'all' },
  home: { errors: 'all' },
  'quiet-sqlite': {},
  'text-mark': {},
  wildcard: {},
  project: { errors: 'all', 'text-mark': 'all', tools: 'types' },
  explanations: { errors: 'all' },
  core: { errors: 'all', home: 'all', 'text-mark': 'all' },
  store: { errors: 'all', home: 'all', core: 'all', 'quiet-sqlite': 'all' },
  os: { errors: 'all', home: 'all', core: 'all' },
  config: { errors: 'all', home: 'all', core: 'all', wildcard: 'all', 'quiet-sqlite': 'all' },
  coordinator: { errors: 'all', home: 'all', core: 'all', store: 'types', os: 'types', config: 'all' },
  api: { errors: 'all', home: 'all', core: 'types' },
  client: { errors: 'all', home: 'all', 'text-mark': 'all', core: 'types', api: 'all' },
  autostart: { errors: 'all', home: 'all', client: 'all' },
  hooks: { errors: 'all', home: 'all', api: 'all', client: 'all', config: 'all', agents: 'all' },
  doctor: {
    errors: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    autostart: 'all',
    hooks: 'all',
    agents: 'all',
    config: 'all',
    store: 'all',
    os: 'all',
  },
  tools: { wildcard: 'all' },
  agents: { tools: 'all', core: 'types' },
  compose: { tools: 'all' },
  run: {
    errors: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    os: 'all',
    tools: 'all',
    project: 'all',
    compose: 'all',
  },
  up: {
    errors: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    os: 'all',
    config: 'all',
    project: 'all',
    tools: 'all',
    run: 'all',
  },
  library: {
    errors: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    project: 'all',
    run: 'all',
  },
  index: { errors: 'all', library: 'all' },
  vite: { index: 'all' },
  mcp: {
    errors: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    project: 'all',
    agents: 'all',
  },
  cli: {
    errors: 'all',
    explanations: 'all',
    home: 'all',
    core: 'types',
    api: 'all',
    client: 'all',
    autostart: 'all',
    hooks: 'all',
    doctor: 'all',
    run: 'all',
    compose: 'all',
    up: 'all',
    project: 'all',
    agents: 'all',
    mcp: 'all',
    demo: 'all',
    config: 'all',
    os: 'all',
  },
  // What runs in a browser: the bundler refuses what needs Node.
  dashboard: { client: 'all', core: 'types', api: 'types' },
  demo: { errors: 'all', home: 'all', core: 'types', api: 'all', client: 'all' },
  daemon: {
    errors: 'all',
    home: 'all',
    core: 'all',
    store: 'all',
    os: 'all',
    config: 'all',
    coordinator: 'all',
    api: 'all',
    agents: 'all',
    project: 'all',
    tools: 'all',
  },
};

/** Files of the core that hold nothing but its numbers, names, comparisons and addresses: whoever may have its types may have these. */
const VOCABULARY = [
  'src/core/audit-events.ts',
  'src/core/lease-url.ts',
  'src/core/port-range.ts',
  'src/core/process-identity.ts',
];

/** Where implementations of the store, the system and the coordinator are put together. */
const WIRING = 'src/daemon/run-daemon.ts';

/** Who constructs one elsewhere, each with its reason. */
const CONSTRUCTS: Readonly<Record<string, string>> = {
  'src/run/members.ts':
    'a run looks at the processes of its own command, which is none of the daemon’s business',
  'src/doctor/scene.ts': 'the doctor looks at the machine also where no daemon runs',
  'src/cli/hook/wake-daemon.ts': 'without a daemon, a hook looks itself for the agent that it belongs to',
};

const files = sourcesOf('src').filter((path) => !isTest(path));
const imports = new Map(files.map((path) => [path, importsOf(path, read(path))]));

function roomOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

/** Why an import may not be, or null. */
function objection(from: string, imported: Import): string | null {
  if (imported.path === null || imported.path === 'package.json') return null;
  if (!imported.path.startsWith('src/')) return 'leaves src';
  const [here, there] = [roomOf(from), roomOf(imported.path)];
  if (here === there) return null;
  const allowed = ALLOWED[here]?.[there];
  if (allowed === undefined) return `${here} may not know ${there}`;
  if (allowed === 'types' && !imported.isTypeOnly && !VOCABULARY.includes(imported.path))
    return `${here} may know the types of ${there} alone`;
  return null;
}

/** The first cycle that is found, as the paths along it. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    done.add(path);
    return null;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

describe('imports', () => {
  it('go one way', () => {
    const wrong = [...imports].flatMap(([from, list]) =>
      list.flatMap((each) => {
        const why = objection(from, each);
        return why === null ? [] : [`${from} imports ${each.specifier}: ${why}`];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it('are objected to where they go the other way', () => {
    const wrong = importsOf('src/core/decide.ts', "import { openSqlite } from '../store/sqlite/store.ts';");
    assert.deepEqual(
      wrong.map((each) => objection('src/core/decide.ts', each)),
      ['core may not know store'],
    );
    const value = importsOf(
      'src/api/shapes.ts',
      "import {\n  decide,\n  type X,\n} from '../core/decide.ts';",
    );
    assert.deepEqual(
      value.map((each) => objection('src/api/shapes.ts', each)),
      ['api may know the types of core alone'],
    );
    const types = importsOf('src/api/shapes.ts', "const x = (): typeof import('../core/decide.ts') => y;");
    assert.deepEqual(
      types.map((each) => objection('src/api/shapes.ts', each)),
      [null],
    );
  });

  it('know every room', () => {
    const rooms = new Set(files.map(roomOf));
    assert.deepEqual(
      [...rooms].filter((room) => !(room in ALLOWED)),
      [],
    );
  });

  it('form no cycle', () => {
    const graph = new Map(
      [...imports].map(([from, list]) => [from, list.flatMap(({ path }) => (path === null ? [] : [path]))]),
    );
    assert.equal(findCycle(graph)?.join(' -> ') ?? null, null);
    assert.deepEqual(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
      ['b', 'c', 'b'],
    );
  });

  it('name real files, with their ending', () => {
    const known = new Set(sourcesOf('src'));
    const missing = [...imports].flatMap(([from, list]) =>
      list
        .filter(({ path }) => /\.tsx?$/.test(path ?? '') || path?.endsWith('.js') === true)
        .filter(({ path }) => path !== null && !known.has(path))
        .map(({ specifier }) => `${from}: ${specifier}`),
    );
    assert.deepEqual(missing, []);
  });

  it('leave dynamic imports readable, and use no require', () => {
    const wrong = files.filter((path) => /\bimport\((?!\s*')|\brequire\(/.test(withoutComments(read(path))));
    assert.deepEqual(wrong, []);
  });

  it('go through no barrel', () => {
    const barrels = files.filter(
      (path) => path !== 'src/index.ts' && (/\/index\.ts$/.test(path) || /^export\s+\*/m.test(read(path))),
    );
    assert.deepEqual(barrels, []);
  });

  it('construct store, system and coordinator in one place', () => {
    const wired = ['store', 'os', 'coordinator'];
    const constructors = files
      .filter((path) => wired.includes(roomOf(path)))
      .flatMap((path) =>
        [...read(path).matchAll(/^export (?:async )?function ((?:create|open|start)[A-Z]\w*)/gm)].map(
          ([, name = '']) => ({ name, room: roomOf(path) }),
        ),
      );
    assert.ok(constructors.some(({ name }) => /Coordinator$/.test(name)));
    const wrong = files
      .filter((path) => path !== WIRING && !(path in CONSTRUCTS))
      .flatMap((path) => {
        const code = withoutComments(read(path));
        return constructors
          .filter(({ name, room }) => room !== roomOf(path) && new RegExp(`\\b${name}\\(`).test(code))
          .map(({ name }) => `${path} calls ${name}`);
      });
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      [WIRING, ...Object.keys(CONSTRUCTS)].filter((path) => !files.includes(path)),
      [],
    );
  });
});

describe('the core', () => {
  it('is pure: no builtin, no package, no clock, no randomness, nothing to await', () => {
    const wrong = files
      .filter((path) => roomOf(path) === 'core')
      .flatMap((path) => {
        const code = withoutComments(read(path));
        const packages = (imports.get(path) ?? []).filter((each) => each.path === null);
        const impure = code.match(
          /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bawait\b|\bsetTimeout\b/g,
        );
        return [...packages.map((each) => each.specifier), ...(impure ?? [])].map(
          (what) => `${path}: ${what}`,
        );
      });
    assert.deepEqual(wrong, []);
  });
});
