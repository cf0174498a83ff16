// Owns the audit of quotas: no grant breaks one, and nobody is refused by one that had room all the time.

import type { Lease } from '../../src/core/lease.ts';
import type { Quotas } from '../../src/core/quota.ts';
import type { Auditor } from './auditor.ts';
import type { Call } from './call.ts';
import type { LeaseRecord } from './ledger.ts';
import type { World } from './world.ts';

/** What is decided is committed within this time (ms): until then a lease that is on its way counts. */
const COMMIT_MS = 1000;
/** A command is decided by the configuration that it began with: a batch has probes for this long (ms) after it. */
const BEGUN_MS = 8000;

export class QuotaAudit {
  readonly #world: World;
  readonly #auditor: Auditor;

  constructor(world: World, auditor: Auditor) {
    this.#world = world;
    this.#auditor = auditor;
  }

  /**
   * Judges a grant that is being committed, after whatever was decided before it.
   *
   * @param decidedAt no earlier than this (virtual ms) was it decided
   */
  granted({ lockId, projectPath, instanceId }: Lease, decidedAt: number): void {
    const others = this.#auditor.live().filter(({ lease }) => lease.lockId !== lockId);
    const quotas = this.#world.configuration.since(decidedAt - BEGUN_MS);
    const judge = (owner: string | null, count: number, key: keyof Quotas): void => {
      const most = Math.max(...quotas.map((each) => each[key]));
      if (owner !== null && count >= most)
        this.#violation(`${lockId} was granted to ${owner}, which held ${count} and may hold ${most}`);
    };
    const ofProject = others.filter(({ lease }) => lease.projectPath === projectPath);
    judge(projectPath, ofProject.length, 'maxLeasesPerProject');
    const ofInstance = others.filter(({ lease }) => lease.instanceId === instanceId);
    judge(instanceId, ofInstance.length, 'maxLeasesPerInstance');
  }

  /** Judges the refusal of an allocation. */
  judgeRefusal(call: Call, fields: Readonly<Record<string, unknown>>): void {
    const isProject = fields.quota === 'quotas.max_leases_per_project';
    const owner = String(isProject ? fields.project_path : fields.instance_id);
    const key = isProject ? 'maxLeasesPerProject' : 'maxLeasesPerInstance';
    const limits = this.#world.configuration.since(call.firstAt).map((each) => each[key]);
    const limit = Number(fields.limit);
    if (!limits.includes(limit))
      this.#violation(`${owner} was refused by a quota of ${limit}, which there was not`);
    const held = [...this.#auditor.records.values()].filter(
      (record) => wasThere(record, call.firstAt) && mayBeOf(record, owner, isProject, call.firstAt),
    );
    if (held.length < limit)
      this.#violation(`${owner} was refused by a quota of ${limit}, and held ${held.length}`);
  }

  #violation(message: string): void {
    this.#world.violation('quota', message);
  }
}

function wasThere({ endedAt }: LeaseRecord, since: number): boolean {
  return endedAt === null || endedAt >= since - COMMIT_MS;
}

/** Whether a lease was its owner's at any time since then; it may have got another instance meanwhile. */
function mayBeOf(
  { lease, lastCallAt }: LeaseRecord,
  owner: string,
  isProject: boolean,
  since: number,
): boolean {
  if (isProject) return lease.projectPath === owner;
  return lease.instanceId === owner || lastCallAt >= since - COMMIT_MS;
}
