// Owns the question before a clean-up: which leases end, and whether left servers are ended with them.

import { useEffect, useState } from 'preact/hooks';
import type { LeaseJson } from '../../api/schemas.ts';
import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import { cleanup, endOrphan } from '../actions.ts';
import { baseName, countOf, plain, portsOf } from '../words.ts';
import { ConfirmDialog, problemText } from './confirm-dialog.tsx';

const MAX_LISTED = 8;

export function CleanupDialog() {
  const [force, setForce] = useState(false);
  const [withOrphans, setWithOrphans] = useState(false);
  const [plan, setPlan] = useState<CleanupAnswer | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setPlan(null);
    setProblem('');
    let isCurrent = true;
    cleanup({ force, isDryRun: true }).then(
      (answer) => isCurrent && setPlan(answer),
      (error: unknown) => isCurrent && setProblem(problemText(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [force]);
  const orphans = plan?.orphans ?? [];
  const hits = (plan?.cleaned.length ?? 0) + (withOrphans ? orphans.length : 0);
  return (
    <ConfirmDialog
      title="Clean up?"
      deed={hits === 0 ? 'Nothing to clean up' : `End ${countOf(hits, 'lease')}`}
      isReady={hits > 0}
      onConfirm={async () => {
        const { cleaned } = await cleanup({ force, isDryRun: false });
        const ended = withOrphans ? await endAll(orphans) : 0;
        const servers = ended === 0 ? '' : `, ${countOf(ended, 'server')} ended`;
        return `${countOf(cleaned.length + ended, 'lease')} ended${servers}`;
      }}
    >
      <label class="check">
        <input type="checkbox" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
        Reserved and idle leases too, unless a running command holds them
      </label>
      {orphans.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={withOrphans}
            onChange={(event) => setWithOrphans(event.currentTarget.checked)}
          />
          End {countOf(orphans.length, 'server')} whose holder is gone
        </label>
      )}
      {problem !== '' && <p>{problem}</p>}
      {plan === null && problem === '' && <p>Looking what is stale…</p>}
      {plan !== null && plan.cleaned.length === 0 && <p>No lease is stale.</p>}
      {plan !== null && <Hits leases={plan.cleaned} />}
      {withOrphans && <Hits leases={orphans} />}
    </ConfirmDialog>
  );
}

function Hits({ leases }: { readonly leases: readonly (LeaseJson & { readonly reason?: string })[] }) {
  if (leases.length === 0) return null;
  const more = leases.length - MAX_LISTED;
  return (
    <ul class="hits">
      {leases.slice(0, MAX_LISTED).map((lease) => (
        <li key={lease.lock_id}>
          <span class="port">{portsOf(lease.ports)}</span>{' '}
          <bdi>{plain(lease.service_name ?? lease.service_type)}</bdi>
          {lease.project_path !== null && <bdi class="quiet"> {baseName(lease.project_path)}</bdi>}
          {lease.instance_id !== null && <bdi class="quiet"> {plain(lease.instance_id)}</bdi>}
        </li>
      ))}
      {more > 0 && <li class="quiet">and {more.toLocaleString('en')} more</li>}
    </ul>
  );
}

/** @returns how many were ended */
async function endAll(orphans: readonly LeaseJson[]): Promise<number> {
  let ended = 0;
  for (const lease of orphans) if ((await endOrphan(lease, false)).verdict === 'ended') ended += 1;
  return ended;
}
