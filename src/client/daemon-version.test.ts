import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareVersions } from './daemon-version.ts';

describe('versions', () => {
  it('are ordered by their parts', () => {
    const ordered = [
      '0.1.0-alpha',
      '0.1.0-alpha.1',
      '0.1.0-alpha.beta',
      '0.1.0-beta.2',
      '0.1.0-beta.11',
      '0.1.0',
      '0.1.1',
      '0.2.0',
      '0.10.0',
      '1.0.0',
      '10.0.0',
    ];
    for (const [index, older] of ordered.entries()) {
      assert.equal(compareVersions(older, older), 0);
      for (const newer of ordered.slice(index + 1)) {
        assert.ok(compareVersions(older, newer) < 0, `${older} < ${newer}`);
        assert.ok(compareVersions(newer, older) > 0, `${newer} > ${older}`);
      }
    }
  });

  it('that are none, or differ in their build alone, are not ordered', () => {
    for (const [a, b] of [
      ['', '1.0.0'],
      ['1.0.0', 'latest'],
      ['1.0.0+a', '1.0.0+b'],
    ] as const)
      assert.equal(compareVersions(a, b), 0);
  });
});
