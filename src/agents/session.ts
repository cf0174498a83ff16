// Owns the question which instance a session of an agent is: sessions get other ids, processes end, leases stay.

import type { InstanceEntry } from '../core/instance.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { isSameProcess } from '../core/process-identity.ts';

/** A session as it shows itself in an event. */
export interface SessionSight {
  /** The kind of agent, such as `claude`. */
  readonly agent: string;
  readonly sessionId: string;
  /** The agent's process; null where it cannot be known. */
  readonly process: ProcessIdentity | null;
  /** The checkout that it works in, as a real path. */
  readonly project: string;
  /** Whether it says that it goes on with what another session began: resumed, forked, cleared. */
  readonly isContinued: boolean;
}

/** So much of a session's id is shown: people know it by its beginning. */
const SHOWN_ID = 8;
/** What an instance's id may be made of, and how much of it may come from a session's. */
const ID = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * The instance of a session: the one that has its id, else that of the same agent process, which cleared its session
 * or went on with another one, else the last one of this checkout whose agent has ended.
 *
 * @returns undefined where it is a new one
 */
export function instanceOfSession(
  sight: SessionSight,
  instances: Iterable<InstanceEntry>,
): InstanceEntry | undefined {
  const own = [...instances].filter(({ instance }) => instance.metadata.agent === sight.agent);
  const named = own.find(
    (entry) => entry.instance.metadata.session_id === sight.sessionId && isFree(entry, sight),
  );
  if (named !== undefined || !sight.isContinued) return named;
  const here = own.filter(({ instance }) => instance.workingDirectory === sight.project);
  const same = here.findLast(({ instance }) => isProcessOf(instance.process, sight.process));
  return same ?? here.findLast(({ pulse }) => pulse.process === 'dead');
}

/** Nobody else's process lives on with it: two terminals may go on with one session. */
function isFree({ instance, pulse }: InstanceEntry, sight: SessionSight): boolean {
  return pulse.process !== 'alive' || sight.process === null || isProcessOf(instance.process, sight.process);
}

function isProcessOf(a: ProcessIdentity | null, b: ProcessIdentity | null): boolean {
  return a !== null && b !== null && isSameProcess(a, b);
}

/** The id of a new instance for a session. */
export function newInstanceId(sight: SessionSight, isTaken: (id: string) => boolean): string {
  const id = ID.test(sight.sessionId) ? `${sight.agent}-${sight.sessionId}` : null;
  if (id !== null && !isTaken(id)) return id;
  const { process } = sight;
  return `${id ?? sight.agent}-${process === null ? 'other' : process.pid}`;
}

/** `claude 3f2a91bc`, for people; null for an instance that no agent is. */
export function sessionName(metadata: Readonly<Record<string, unknown>> | undefined): string | null {
  const { agent, session_id: id } = metadata ?? {};
  if (typeof agent !== 'string' || agent === '') return null;
  return typeof id === 'string' ? `${agent} ${id.slice(0, SHOWN_ID)}` : agent;
}
