import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsOf } from './linux/process-names.ts';
import { createProcessNames } from './platform.ts';
import { createPosixProcessNames, parseNames } from './posix-process-names.ts';

describe('the names of processes', () => {
  it('are read from /proc, whatever a process calls itself', () => {
    const facts = factsOf(42, '42 (a) b) S 7 40 40 0 -1', Buffer.from('node\0server.js\0'));
    assert.deepEqual(facts, { pid: 42, parent: 7, group: 40, name: 'a) b', command: 'node server.js' });
    assert.equal(factsOf(42, '42 (x) S 0 0 0', null)?.command, 'x');
    assert.equal(factsOf(42, 'nonsense', null), null);
  });

  it('are read from ps', () => {
    const text = '    1     0     1 /sbin/init\n  42     7    40 /usr/bin/node server.js  \nnonsense\n';
    assert.deepEqual(parseNames(text)[1], {
      pid: 42,
      parent: 7,
      group: 40,
      name: 'node',
      command: '/usr/bin/node server.js',
    });
    assert.equal(parseNames(text).length, 2);
    assert.equal(
      createPosixProcessNames(() => {
        throw new Error('no ps');
      }).facts(1),
      null,
    );
  });

  it('have our own process', { skip: process.platform === 'win32' }, () => {
    const facts = createProcessNames().facts(process.pid);
    assert.equal(facts?.parent, process.ppid);
    assert.match(facts?.command ?? '', /node/);
    assert.equal(createProcessNames('win32').facts(process.pid), null);
  });
});
