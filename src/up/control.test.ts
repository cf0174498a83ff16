import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pipeName } from '../home.ts';
import { askDown, type DownRequest, listenForDown } from './control.ts';

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'styxy-control-'));
});
after(() => rmSync(place, { recursive: true, force: true }));

const pathOf = (name: string): string =>
  process.platform === 'win32' ? pipeName(join(place, name)) : join(place, name);

describe('the line to a running `up`', () => {
  it('brings a request there and the answer back', async () => {
    const asked: DownRequest[] = [];
    const server = await listenForDown(pathOf('a.sock'), async (request) => {
      asked.push(request);
      return { ended: request.down ?? ['all'], left: ['web'] };
    });
    assert.deepEqual(await askDown(pathOf('a.sock'), { down: ['api'] }, 5_000), {
      ended: ['api'],
      left: ['web'],
    });
    assert.deepEqual(await askDown(pathOf('a.sock'), { down: null }, 5_000), {
      ended: ['all'],
      left: ['web'],
    });
    assert.deepEqual(asked, [{ down: ['api'] }, { down: null }]);
    if (process.platform !== 'win32') assert.equal(statSync(pathOf('a.sock')).mode & 0o077, 0);
    server?.close();
  });

  it('answers nothing to what it does not understand, and goes on', async () => {
    const server = await listenForDown(pathOf('b.sock'), async () => ({ ended: [], left: [] }));
    for (const words of ['{}\n', 'hello\n', '{"down": [3]}\n', '[]\n', `${'x'.repeat(70_000)}`]) {
      const socket = connect(pathOf('b.sock'));
      let answer = '';
      socket.on('data', (more) => {
        answer += more;
      });
      socket.on('error', () => {});
      socket.write(words);
      await once(socket, 'close');
      assert.equal(answer, '', words.slice(0, 20));
    }
    assert.deepEqual(await askDown(pathOf('b.sock'), { down: null }, 5_000), { ended: [], left: [] });
    server?.close();
  });

  it('tells where nobody answers', async () => {
    assert.equal(await askDown(pathOf('none.sock'), { down: null }, 5_000), null);
    const server = await listenForDown(pathOf('c.sock'), () => new Promise(() => {}));
    assert.equal(await askDown(pathOf('c.sock'), { down: null }, 50), null);
    server?.close();
  });

  it('takes the place of what was left behind', {
    skip: process.platform === 'win32' ? 'a pipe leaves nothing behind' : false,
  }, async () => {
    writeFileSync(pathOf('d.sock'), '');
    const server = await listenForDown(pathOf('d.sock'), async () => ({ ended: [], left: [] }));
    assert.deepEqual(await askDown(pathOf('d.sock'), { down: null }, 5_000), { ended: [], left: [] });
    server?.close();
  });

  it('is there on a path of any length', {
    skip: process.platform === 'linux' ? false : 'only Linux has a way there',
  }, async () => {
    mkdirSync(pathOf('x'.repeat(120)));
    const path = join(pathOf('x'.repeat(120)), 'e.sock');
    const server = await listenForDown(path, async () => ({ ended: [], left: ['a'] }));
    assert.deepEqual(await askDown(path, { down: null }, 5_000), { ended: [], left: ['a'] });
    server?.close();
  });
});
