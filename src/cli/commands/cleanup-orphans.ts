// Owns the answer of a clean-up once orphans were ended: their leases are over, and stay no more.

import type { LeaseJson } from '../../api/schemas.ts';
import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import type { OrphanVerdict } from '../../run/orphans.ts';

/** The answer with the leases of ended servers where they belong. */
export function withOrphans(answer: CleanupAnswer, verdicts: readonly OrphanVerdict[]): CleanupAnswer {
  const ended = verdicts.filter(isOver).map(({ lease }) => lease);
  const over = new Set(ended.map(({ lock_id: id }) => id));
  const goesOn = ({ lock_id: id }: LeaseJson): boolean => !over.has(id);
  return {
    ...answer,
    cleaned: [...answer.cleaned, ...ended.map((lease) => ({ ...lease, reason: 'orphan-ended' }))],
    kept: answer.kept - ended.length,
    stays: answer.stays.filter(goesOn),
    orphans: answer.orphans.filter(goesOn),
  };
}

/** Whether the server is ended, or would be. */
export function isOver({ verdict }: OrphanVerdict): boolean {
  return verdict === 'ended' || verdict === 'would-end';
}
