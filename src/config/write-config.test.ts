// Owns the tests of writing config.json: links, modes, backups, other writers, and a failure or an end at every step.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { editDocument } from './edit-document.ts';
import { FILE_STEPS, type FileSteps } from './file-steps.ts';
import { NEW_CONFIG, type WriteConfigOptions, type WriteOutcome, writeConfig } from './write-config.ts';

const OLD = '{\n  // mine\n  "terms": { "lease_ttl_seconds": 60 }\n}\n';
const NEW = OLD.replace('60', '90');

interface Place {
  readonly dir: string;
  readonly path: string;
  readonly backupsDir: string;
}

function newPlace(t: TestContext, content: string | null = OLD): Place {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-write-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const place = { dir, path: join(dir, 'config.json'), backupsDir: join(dir, 'backups') };
  if (content !== null) writeFileSync(place.path, content, { mode: 0o640 });
  return place;
}

const setTerm = (seconds: number) => (text: string) =>
  editDocument(text, [{ path: ['terms', 'lease_ttl_seconds'], value: seconds }]) ?? {
    refusal: 'it is broken',
  };

const write = (place: Place, more: Partial<WriteConfigOptions> = {}): Promise<WriteOutcome> =>
  writeConfig({ path: place.path, backupsDir: place.backupsDir, edit: setTerm(90), ...more });

const drafts = (dir: string): string[] => readdirSync(dir).filter((name) => name.includes('draft'));
const backups = ({ backupsDir }: Place): string[] =>
  existsSync(backupsDir) ? readdirSync(backupsDir).sort() : [];

test('a change is written with its mode kept, and what it replaces is a backup', async (t) => {
  const place = newPlace(t);
  const outcome = await write(place);
  assert.equal(outcome.kind, 'written');
  assert.equal(readFileSync(place.path, 'utf8'), NEW);
  assert.equal(statSync(place.path).mode & 0o777, 0o640);
  const [backup = ''] = backups(place);
  assert.equal(readFileSync(join(place.backupsDir, backup), 'utf8'), OLD);
  assert.equal(statSync(join(place.backupsDir, backup)).mode & 0o777, 0o600);
  assert.deepEqual(drafts(place.dir), []);
});

test('what changes nothing writes nothing and keeps no backup', async (t) => {
  const place = newPlace(t);
  const { ino } = statSync(place.path);
  assert.equal((await write(place, { edit: setTerm(60) })).kind, 'unchanged');
  assert.equal(statSync(place.path).ino, ino);
  assert.deepEqual(backups(place), []);
});

test('a file that does not exist is made, for its owner alone', async (t) => {
  const place = newPlace(t, null);
  const outcome = await write(place);
  assert.deepEqual([outcome.kind, outcome.kind === 'written' && outcome.backup], ['written', null]);
  assert.equal(statSync(place.path).mode & 0o777, 0o600);
  assert.equal(readFileSync(place.path, 'utf8'), setTerm(90)(NEW_CONFIG));
});

test('a byte order mark and the line ends of Windows stay', async (t) => {
  const place = newPlace(t, `\ufeff${OLD.replaceAll('\n', '\r\n')}`);
  await write(place);
  assert.equal(readFileSync(place.path, 'utf8'), `\ufeff${NEW.replaceAll('\n', '\r\n')}`);
});

test('links stay, and the file at their end is replaced, also where it does not exist yet', async (t) => {
  for (const content of [OLD, null]) {
    const place = newPlace(t, null);
    mkdirSync(join(place.dir, 'dotfiles'));
    const target = join(place.dir, 'dotfiles', 'styxy.json');
    if (content !== null) writeFileSync(target, content);
    symlinkSync(join('dotfiles', 'styxy.json'), join(place.dir, 'between'));
    symlinkSync('between', place.path);
    assert.equal((await write(place)).kind, 'written');
    assert.equal(lstatSync(place.path).isSymbolicLink(), true);
    assert.match(readFileSync(target, 'utf8'), /"lease_ttl_seconds": 90/);
    assert.deepEqual(drafts(dirname(target)), []);
  }
});

test('the newest ten backups are kept, and nothing else is touched', async (t) => {
  const place = newPlace(t);
  mkdirSync(place.backupsDir);
  writeFileSync(join(place.backupsDir, 'state-v1-2026-01-01.db'), '');
  writeFileSync(join(place.backupsDir, 'config-of-mine.json'), '');
  for (let seconds = 1; seconds <= 13; seconds++) await write(place, { edit: setTerm(seconds) });
  const kept = backups(place).filter((name) => /^config-\d/.test(name));
  const terms = kept.map(
    (name) => /\d+(?= \})/.exec(readFileSync(join(place.backupsDir, name), 'utf8'))?.[0],
  );
  assert.deepEqual(terms, ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12']);
  assert.equal(backups(place).length, 12);
});

test('what may not be written is said, and stays', async (t) => {
  const readOnly = newPlace(t);
  chmodSync(readOnly.path, 0o444);
  const outcome = await write(readOnly);
  assert.equal(outcome.kind === 'refused' && outcome.reason, 'read-only');
  assert.match(
    outcome.kind === 'refused' ? outcome.message : '',
    /config\.json is read-only; make the change where/,
  );
  assert.equal(readFileSync(readOnly.path, 'utf8'), OLD);

  const directory = newPlace(t, null);
  mkdirSync(directory.path);
  assert.match(JSON.stringify(await write(directory)), /not a regular file/);

  const circle = newPlace(t, null);
  symlinkSync('config.json', circle.path);
  assert.match(JSON.stringify(await write(circle)), /"failed".*circle/);

  const broken = newPlace(t, '{"terms": ');
  assert.deepEqual(await write(broken), { kind: 'refused', reason: 'refused', message: 'it is broken' });

  const binary = newPlace(t, null);
  writeFileSync(binary.path, Uint8Array.of(0x7b, 0xff, 0x7d));
  assert.match(JSON.stringify(await write(binary)), /not UTF-8/);
});

test('a directory without permission is said', {
  skip: process.geteuid?.() === 0 && 'root may write everywhere',
}, async (t) => {
  const place = newPlace(t);
  chmodSync(place.dir, 0o500);
  t.after(() => chmodSync(place.dir, 0o700));
  const outcome = await write(place);
  assert.equal(outcome.kind === 'refused' && outcome.reason, 'read-only');
});

test('root gives the new file to the owner of the former one', {
  skip: process.geteuid?.() !== 0 && 'only root may give files away',
}, async (t) => {
  const place = newPlace(t);
  chownSync(place.path, 12_345, 12_346);
  assert.equal((await write(place)).kind, 'written');
  const { uid, gid, mode } = statSync(place.path);
  assert.deepEqual([uid, gid, mode & 0o777], [12_345, 12_346, 0o640]);
});

test('an edit that somebody else makes meanwhile is kept, and ours is made on top of it', async (t) => {
  const place = newPlace(t);
  let asked = 0;
  const outcome = await write(place, {
    edit: (text) => {
      asked += 1;
      if (asked === 1) writeFileSync(place.path, text.replace('// mine', '// mine, and the editor’s'));
      return setTerm(90)(text);
    },
  });
  assert.deepEqual([outcome.kind, asked], ['written', 2]);
  assert.equal(readFileSync(place.path, 'utf8'), NEW.replace('// mine', '// mine, and the editor’s'));
  assert.equal(backups(place).length, 1);
});

test('a file that changes all the time is left to whoever changes it', async (t) => {
  const place = newPlace(t);
  let asked = 0;
  const outcome = await write(place, {
    edit: (text) => {
      asked += 1;
      writeFileSync(place.path, `{"editor": ${asked}}`);
      return setTerm(90)(text);
    },
  });
  assert.equal(outcome.kind === 'refused' && outcome.reason, 'busy');
  assert.equal(readFileSync(place.path, 'utf8'), `{"editor": ${asked}}`);
  assert.deepEqual([drafts(place.dir), backups(place)], [[], []]);
});

/** A place whose file is a link. */
function linkedPlace(t: TestContext): Place {
  const place = newPlace(t, null);
  writeFileSync(join(place.dir, 'real.json'), OLD, { mode: 0o640 });
  symlinkSync('real.json', place.path);
  return place;
}

/** Steps of which the n-th fails; after an end of the process none follows. */
function failing(n: number, isEnd: boolean): { steps: FileSteps; count: () => number } {
  let done = 0;
  const wrap =
    <Args extends unknown[], Result>(name: keyof FileSteps, step: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      done += 1;
      if (done === n && name === 'create') writeFileSync(String(args[0]), 'half of');
      if (done === n || (isEnd && done > n)) throw new Error(`step ${n}, ${name}`);
      return step(...args);
    };
  const entries = Object.entries(FILE_STEPS).map(([name, step]) => [
    name,
    wrap(name as keyof FileSteps, step as (...args: unknown[]) => Promise<unknown>),
  ]);
  return { steps: Object.fromEntries(entries), count: () => done };
}

for (const isEnd of [false, true]) {
  test(`${isEnd ? 'an end' : 'a failure'} at any step leaves the former content or the new one, whole`, async (t) => {
    const counted = failing(0, false);
    await write(linkedPlace(t), { steps: counted.steps });
    assert.ok(counted.count() > 10);
    const kinds = new Set<string>();
    for (let n = 1; n <= counted.count(); n++) {
      const place = linkedPlace(t);
      const target = join(place.dir, 'real.json');
      const { steps } = failing(n, isEnd);
      const outcome = await write(place, { steps });
      const content = readFileSync(target, 'utf8');
      kinds.add(content === OLD ? 'old' : 'new');
      assert.ok(content === OLD || content === NEW, `step ${n}: ${content}`);
      assert.equal(lstatSync(place.path).isSymbolicLink(), true);
      assert.equal(statSync(target).mode & 0o777, 0o640);
      if (outcome.kind === 'written') assert.equal(content, NEW, `step ${n}`);
      else if (!isEnd) assert.deepEqual(drafts(place.dir), [], `step ${n}`);

      // Whoever writes next finds no trace.
      assert.equal((await write(place, { edit: setTerm(120) })).kind, 'written', `step ${n}`);
      assert.deepEqual(drafts(place.dir), []);
    }
    assert.deepEqual(kinds, new Set(['old', 'new']));
  });
}

test('the draft and the backup are durable before the name changes hands, and that is durable before it is told', async (t) => {
  const place = newPlace(t);
  const order: string[] = [];
  const tell =
    (name: string, step: (...args: never[]) => Promise<unknown>) =>
    async (...args: unknown[]): Promise<unknown> => {
      const of = basename(String(args[0])).replace(
        /^\.config\.json\.(draft).*|^config-.*(-\d\d\.json)$/,
        (_, draft) => draft ?? 'backup',
      );
      const result = await step(...(args as never[]));
      order.push(`${name} ${of}`);
      return result;
    };
  const { create, rename, syncDirectory } = FILE_STEPS;
  const steps = {
    ...FILE_STEPS,
    create: tell('create', create),
    rename: tell('rename', rename),
    syncDirectory: tell('sync directory', syncDirectory),
  } as FileSteps;
  const handle = await open(place.path);
  t.after(() => handle.close());
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  for (const name of ['writeFile', 'sync'] as const) {
    const original = prototype[name] as (...args: unknown[]) => Promise<void>;
    t.mock.method(prototype, name, async function (this: unknown, ...args: unknown[]) {
      await original.apply(this, args);
      order.push(name);
    });
  }
  assert.equal((await write(place, { steps })).kind, 'written');
  const made = (what: string): string[] => ['writeFile', 'sync', `create ${what}`];
  const directory = `sync directory ${basename(place.dir)}`;
  assert.deepEqual(order, [
    ...made('draft'),
    ...made('backup'),
    'rename draft',
    // Windows syncs no directories.
    ...(process.platform === 'win32' ? [directory] : ['sync', directory]),
  ]);
});

test('a backup that a writer left which died is not kept twice, and stays where the next one fails', async (t) => {
  const place = newPlace(t);
  const dying: FileSteps = {
    ...FILE_STEPS,
    rename: () => Promise.reject(new Error('died')),
    remove: () => Promise.reject(new Error('died')),
  };
  await write(place, { steps: dying });
  const left = backups(place);
  assert.equal(left.length, 1);
  const failing: FileSteps = { ...FILE_STEPS, rename: () => Promise.reject(new Error('full')) };
  assert.equal((await write(place, { steps: failing })).kind, 'refused');
  assert.deepEqual(backups(place), left, 'it was not made by the write that failed');
  const outcome = await write(place);
  assert.equal(outcome.kind === 'written' && outcome.backup, join(place.backupsDir, left[0] ?? ''));
  assert.deepEqual(backups(place), left);
  assert.equal((await write(place, { edit: setTerm(120) })).kind, 'written');
  assert.equal(backups(place).length, 2, 'another content is another backup');
});

test('what a full disk took without a word is not installed', async (t) => {
  const place = newPlace(t);
  const steps: FileSteps = {
    ...FILE_STEPS,
    create: (path, bytes, mode) => FILE_STEPS.create(path, bytes.subarray(0, 10), mode),
  };
  const outcome = await write(place, { steps });
  assert.match(JSON.stringify(outcome), /"failed".*cannot be read back/);
  assert.equal(readFileSync(place.path, 'utf8'), OLD);
});

const CHILD = `
import { editDocument } from ${JSON.stringify(new URL('./edit-document.ts', import.meta.url).href)};
import { writeConfig } from ${JSON.stringify(new URL('./write-config.ts', import.meta.url).href)};
import { takeLock } from ${JSON.stringify(new URL('./config-lock.ts', import.meta.url).href)};
const [path, backupsDir, name] = process.argv.slice(1);
if (name === 'hold') {
  await takeLock(path, 0);
  console.log('held');
  setInterval(() => {}, 1000);
} else for (let n = 0; n < 15; n++) {
  const edit = (text) => editDocument(text, [{ path: ['service_types', name + n], value: n }]);
  const outcome = await writeConfig({ path, backupsDir, edit, patienceMs: 60_000 });
  if (outcome.kind !== 'written') throw new Error(JSON.stringify(outcome));
}
`;

function child(t: TestContext, args: readonly string[]): ChildProcess {
  const started = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', CHILD, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => started.kill('SIGKILL'));
  return started;
}

test('of several programs that write at once, through different links, none loses what another wrote', async (t) => {
  const place = newPlace(t);
  const link = join(place.dir, 'another.json');
  symlinkSync('config.json', link);
  const writers = ['a', 'b', 'c'].map((name) =>
    child(t, [name === 'a' ? link : place.path, place.backupsDir, name]),
  );
  const statuses = await Promise.all(writers.map(async (writer) => (await once(writer, 'close'))[0]));
  assert.deepEqual(statuses, [0, 0, 0]);
  const { service_types: types } = JSON.parse(readFileSync(place.path, 'utf8').replace('// mine', '')) as {
    service_types: object;
  };
  assert.equal(Object.keys(types).length, 45);
  assert.match(readFileSync(place.path, 'utf8'), /\/\/ mine/);
});

test('a lock is busy while its holder lives, and free once it was killed', async (t) => {
  const place = newPlace(t);
  const holder = child(t, [join(place.dir, '.config.json.lock'), '', 'hold']);
  assert.ok(holder.stdout);
  await once(holder.stdout, 'data');
  const outcome = await write(place, { patienceMs: 0 });
  assert.equal(outcome.kind === 'refused' && outcome.reason, 'busy');
  holder.kill('SIGKILL');
  await once(holder, 'close');
  assert.equal((await write(place, { patienceMs: 0 })).kind, 'written');
});
