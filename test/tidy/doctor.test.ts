// Owns the completeness of the doctor: every check is in the table, has cases of both kinds, and says what a reader needs.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/doctor/checks.ts';
import { DOCTOR_AGENT_CASES } from '../fixtures/doctor-agent-cases.ts';
import { DOCTOR_CASES } from '../fixtures/doctor-cases.ts';
import { DOCTOR_FILE_CASES } from '../fixtures/doctor-file-cases.ts';
import { isTest, read, sourcesOf } from './tree.ts';

const cases = { ...DOCTOR_CASES, ...DOCTOR_FILE_CASES, ...DOCTOR_AGENT_CASES };
const ids = CHECKS.map(({ id }) => id);

describe('the doctor', () => {
  it('has every check of its folder in the table', () => {
    const files = sourcesOf('src/doctor/checks').filter((path) => !isTest(path));
    const made = files.flatMap((path) =>
      [...read(path).matchAll(/^ {2}id: '([a-z0-9-]+)',$/gm)].map(([, id]) => id),
    );
    assert.deepEqual(made.toSorted(), ids.toSorted());
    assert.equal(files.length, CHECKS.length);
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const check of CHECKS) {
    it(`has for ${check.id} a case in which it is well, and one in which it is not`, () => {
      const { well = [], ill = [] } = cases[check.id] ?? {};
      assert.ok(well.some(({ state }) => state === 'ok'));
      assert.ok(ill.some(({ state }) => state === 'note' || state === 'trouble'));
      assert.ok(well.every(({ state }) => state === 'ok') && ill.every(({ state }) => state !== 'ok'));
    });

    it(`says of ${check.id} why it matters, and what --fix does`, () => {
      assert.ok(check.title.length <= 18, check.title);
      assert.match(check.why, /^[A-Z].*[.]$/);
      assert.equal(check.fixes === null, check.fix === undefined);
    });
  }

  it('has no case of a check that there is not', () => {
    assert.deepEqual(
      Object.keys(cases).filter((id) => !ids.includes(id)),
      [],
    );
  });
});
