// Owns the question before a lease is released.

import type { LeaseJson } from '../../api/schemas.ts';
import { release } from '../actions.ts';
import { portsOf } from '../words.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { LeaseFacts } from './lease-facts.tsx';

export function ReleaseDialog({ lease }: { readonly lease: LeaseJson }) {
  const ports = portsOf(lease.ports);
  return (
    <ConfirmDialog
      title={`Release port ${ports}?`}
      deed={`Release ${ports}`}
      onConfirm={() => release(lease)}
    >
      <p>{consequence(lease)}</p>
      <LeaseFacts lease={lease} />
    </ConfirmDialog>
  );
}

function consequence({ state, pid, orphan }: LeaseJson): string {
  if (orphan) return 'Its server goes on without a lease. To end the server as well, use “End” instead.';
  switch (state) {
    case 'active':
      return 'Its server goes on, without the right to the port: nobody keeps the next server from being told to use it elsewhere, and what started it may fail.';
    case 'hijacked':
      return 'The stranger on the port goes on. Whoever held the lease gets another port at the next request.';
    default:
      return pid === null
        ? 'Whoever reserved it may still be about to start a server there.'
        : 'The process that holds it may still be about to start a server there.';
  }
}
