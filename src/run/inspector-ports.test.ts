import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspectorPorts } from './inspector-ports.ts';

describe("a debugger's port", () => {
  for (const [words, options, ports] of [
    [['node', '--inspect', 'server.js'], undefined, []],
    [['node', '--inspect=9300', 'server.js'], undefined, [9300]],
    [['node', '--inspect-brk=127.0.0.1:9301', 'server.js'], undefined, [9301]],
    [['npm', 'run', 'dev'], '--import=tsx --inspect-wait=0.0.0.0:9302', [9302]],
    [['sh', '-c', 'node --inspect=9303 a & node --inspect-port=9304 b'], '', [9303, 9304]],
    [['serve', '--inspection=80', '--port=9305'], undefined, []],
  ] as const) {
    it(`of ${words.join(' ')} with NODE_OPTIONS ${options} is ${ports.join(' and ') || 'none'}`, () => {
      assert.deepEqual([...inspectorPorts(words, { NODE_OPTIONS: options })], ports);
    });
  }
});
