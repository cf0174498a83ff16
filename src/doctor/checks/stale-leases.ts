// Owns the check of leases that nobody uses any more.

import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import { type Check, note, ok } from '../check.ts';
import { portsText } from '../ports-text.ts';

export const staleLeases: Check = {
  id: 'stale-leases',
  title: 'Stale leases',
  why: 'They keep ports from others until their terms are over.',
  fixes: 'ends them, as `styxy cleanup` does',
  needs: 'daemon',
  async run({ ask }) {
    const { cleaned, kept } = await ask<CleanupAnswer>('POST', '/cleanup', { dry_run: true });
    if (cleaned.length === 0) return ok(kept === 0 ? 'none; there is no lease' : `none of ${kept}`);
    return note(
      `${portsText(cleaned)} ${cleaned.length === 1 ? 'is' : 'are'} held for nobody`,
      '`styxy cleanup` ends these leases; they also end by themselves.',
      true,
    );
  },
  async fix({ ask }) {
    const { cleaned } = await ask<CleanupAnswer>('POST', '/cleanup', {});
    return cleaned.length === 0
      ? 'they had ended by themselves'
      : `ended the leases of ${portsText(cleaned)}`;
  },
};
