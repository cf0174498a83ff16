// Owns the tests of a clean-up's answer once orphans were ended.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LeaseJson } from '../../api/schemas.ts';
import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import type { OrphanVerdict } from '../../run/orphans.ts';
import { withOrphans } from './cleanup-orphans.ts';

const lease = (id: string): LeaseJson => ({ lock_id: id }) as LeaseJson;
const verdict = (id: string, said: OrphanVerdict['verdict']): OrphanVerdict => ({
  lease: lease(id),
  pid: 1,
  verdict: said,
  processes: [],
});

it('what was ended stays no more and is counted', () => {
  const answer = {
    cleaned: [],
    kept: 4,
    stays: [lease('ended'), lease('other'), lease('ending'), lease('left')],
    orphans: [lease('ended'), lease('ending'), lease('left')],
  } as unknown as CleanupAnswer;
  const ids = (leases: readonly LeaseJson[]): string[] => leases.map(({ lock_id: id }) => id);
  const { cleaned, kept, stays, orphans } = withOrphans(answer, [
    verdict('ended', 'ended'),
    verdict('ending', 'would-end'),
    verdict('left', 'stuck'),
  ]);
  assert.deepEqual([ids(cleaned), kept], [['ended', 'ending'], 2]);
  assert.deepEqual([ids(stays), ids(orphans)], [['other', 'left'], ['left']]);
  assert.ok(cleaned.every(({ reason }) => reason === 'orphan-ended'));
});
