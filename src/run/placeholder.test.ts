import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillPort, wantsPort } from './placeholder.ts';

describe('the placeholder', () => {
  const cases: readonly [given: string[], filled: string[]][] = [
    [
      ['serve', '{port}'],
      ['serve', '3000'],
    ],
    [
      ['serve', '--port={port}'],
      ['serve', '--port=3000'],
    ],
    [
      ['sh', '-c', 'serve {port} && open :{port}/'],
      ['sh', '-c', 'serve 3000 && open :3000/'],
    ],
    [['serve-{port}'], ['serve-3000']],
    [
      ['serve', '{PORT}', '%{port}', '{ port }'],
      ['serve', '{PORT}', '%3000', '{ port }'],
    ],
    [
      ['serve', ''],
      ['serve', ''],
    ],
  ];
  for (const [given, filled] of cases) {
    it(`turns ${given.join(' ')} into ${filled.join(' ')}`, () => {
      assert.deepEqual(fillPort(given, 3000), filled);
    });
  }

  it('is found wherever it stands', () => {
    assert.equal(wantsPort(['serve', '--listen=0.0.0.0:{port}']), true);
    assert.equal(wantsPort(['serve', 'port']), false);
  });
});
