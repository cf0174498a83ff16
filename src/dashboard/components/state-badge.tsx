// Owns the badge that says in which state a lease is.

import type { LeaseJson } from '../../api/schemas.ts';

export function StateBadge({ lease }: { readonly lease: LeaseJson }) {
  const { state, orphan, drift } = lease;
  return (
    <>
      <span class={`badge badge-${orphan ? 'orphan' : state}`}>
        <span class={`swatch swatch-${orphan ? 'orphan' : state}`} aria-hidden="true" />
        {orphan ? 'orphan' : state}
      </span>
      {drift.length > 0 && <span class="quiet drift">listens on {drift.join(', ')}</span>}
    </>
  );
}
