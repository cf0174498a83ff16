// Owns the check of servers whose holder is gone.

import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import { type Check, ok, trouble } from '../check.ts';
import { portsText } from '../ports-text.ts';

export const orphans: Check = {
  id: 'orphans',
  title: 'Orphans',
  why: 'Servers that dead sessions left behind keep their ports, and their memory, until somebody ends them.',
  // It ends processes, which nobody wants of a check.
  fixes: null,
  needs: 'daemon',
  async run({ status, ask }) {
    if (status.counts.orphans === 0) return ok('none');
    const { orphans: found } = await ask<CleanupAnswer>('POST', '/cleanup', { dry_run: true });
    if (found.length === 0) return ok('none any more');
    return trouble(
      `the ${found.length === 1 ? 'server' : 'servers'} on ${portsText(found)} ${found.length === 1 ? 'has' : 'have'} lost the session that started ${found.length === 1 ? 'it' : 'them'}`,
      '`styxy cleanup --orphans --dry-run` shows what would be ended, without --dry-run it is.',
    );
  },
};
