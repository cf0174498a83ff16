// Owns the question before a server is ended whose holder is gone: which processes it hits.

import { useEffect, useState } from 'preact/hooks';
import type { LeaseJson } from '../../api/schemas.ts';
import type { EndOrphanAnswer } from '../../api/schemas-dashboard.ts';
import { endOrphan } from '../actions.ts';
import { ConfirmDialog, problemText } from './confirm-dialog.tsx';
import { LeaseFacts } from './lease-facts.tsx';

export function EndOrphanDialog({ lease }: { readonly lease: LeaseJson }) {
  const [plan, setPlan] = useState<EndOrphanAnswer | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    endOrphan(lease, true).then(setPlan, (error: unknown) => setProblem(problemText(error)));
  }, [lease]);
  return (
    <ConfirmDialog
      title={`End the server on port ${lease.port}?`}
      deed="End it"
      isReady={plan?.verdict === 'would-end'}
      onConfirm={async () => {
        const answer = await endOrphan(lease, false);
        if (answer.verdict !== 'ended') throw new Error(answer.message);
        return answer.message;
      }}
    >
      <p>{problem === '' ? planText(plan) : problem}</p>
      <LeaseFacts lease={lease} />
    </ConfirmDialog>
  );
}

function planText(plan: EndOrphanAnswer | null): string {
  if (plan === null) return 'Looking which processes belong to it…';
  if (plan.verdict !== 'would-end') return `${plan.message}. It is left alone.`;
  const pids = plan.processes.join(', ');
  const whom = plan.processes.length === 1 ? `process ${pids}` : `processes ${pids}`;
  return `Whoever started it is gone. This ends ${whom}: asked first, forced after 3 seconds. The lease is released.`;
}
