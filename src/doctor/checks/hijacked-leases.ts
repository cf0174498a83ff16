// Owns the check of leases on whose port a stranger listens.

import { type Check, ok, trouble } from '../check.ts';
import { portsText } from '../ports-text.ts';

/** What of an answer of GET /allocations is looked at. */
interface Page {
  readonly allocations: readonly { readonly port: number; readonly state: string }[];
}

export const hijackedLeases: Check = {
  id: 'hijacked-leases',
  title: 'Hijacked leases',
  why: 'A stranger has a port that was granted to you, so that your server cannot start there.',
  fixes: null,
  needs: 'daemon',
  async run({ status, ask }) {
    const { hijacked, leases } = status.counts;
    if (hijacked === 0) return ok(leases === 0 ? 'none; there is no lease' : `none of ${leases}`);
    const { allocations } = await ask<Page>('GET', '/allocations?limit=1000');
    const found = allocations.filter(({ state }) => state === 'hijacked');
    const [first] = found;
    if (first === undefined) return trouble(`${hijacked} of ${leases}`, '`styxy list` shows which.');
    return trouble(
      `a stranger listens on ${portsText(found)}`,
      `\`styxy check ${first.port}\` says who; whoever asks for the lease again gets another port.`,
    );
  },
};
