import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import { createLog, logPath } from './logs.ts';

const root = mkdtempSync(join(tmpdir(), 'styxy-logs-'));
after(() => rmSync(root, { recursive: true }));

function newHome(): Home {
  const home = homeAt(mkdtempSync(join(root, 'home-')));
  mkdirSync(home.logs);
  return home;
}

const lines = (home: Home): Record<string, unknown>[] =>
  readFileSync(logPath(home), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the log', () => {
  it('keeps what was said before it was open, in order, for its owner alone', async () => {
    const home = newHome();
    const log = createLog(home, undefined);
    log.info({ n: 1 }, 'one');
    log.debug({ n: 0 }, 'below the level');
    await log.open();
    log.warn({ n: 2 }, 'two\nlines');
    await log.close();
    assert.deepEqual(
      lines(home).map(({ n, msg }) => [n, msg]),
      [
        [1, 'one'],
        [2, 'two\nlines'],
      ],
    );
    assert.equal(statSync(logPath(home)).mode & 0o077, 0);
  });
  it('holds no secret of a program that it speaks of, before it is open and after', async () => {
    const home = newHome();
    const log = createLog(home, undefined);
    log.info({ command: 'app --token=hunter2' }, 'seen');
    await log.open();
    log.warn({ error: 'https://bob:hunter2@host/' }, 'password=hunter2');
    await log.close();
    assert.doesNotMatch(readFileSync(logPath(home), 'utf8'), /hunter2/);
    assert.equal(lines(home).length, 2);
  });
  it('opens for its last words, when it was not open yet', async () => {
    const home = newHome();
    const log = createLog(home, 'error');
    log.fatal({}, 'the daemon cannot start');
    await log.close();
    assert.equal(lines(home)[0]?.msg, 'the daemon cannot start');
  });
  it('says what level it does not know, and goes on with info', async () => {
    const home = newHome();
    const log = createLog(home, 'loud');
    await log.close();
    assert.equal(lines(home)[0]?.given, 'loud');
  });
  it('loses lines and nothing else when it cannot be written', async () => {
    const home = newHome();
    rmSync(home.logs, { recursive: true });
    writeFileSync(home.logs, 'no directory');
    const log = createLog(home, 'info');
    await log.open();
    for (let n = 0; n < 100; n++) log.info({ n }, 'lost');
    await new Promise((resolve) => setImmediate(resolve));
    log.info({}, 'lost too');
    await log.close();
    assert.equal(readFileSync(home.logs, 'utf8'), 'no directory');
  });
});
