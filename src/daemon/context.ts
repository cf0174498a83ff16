// Owns what the handlers work with: the coordinator, the system's tables, the daemon's facts about itself.

import type { FastifyReply } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { OPERATIONS, OperationId } from '../api/operations.ts';
import type { ConfigAnswer, StatusAnswer } from '../api/schemas-daemon.ts';
import type { Config } from '../config/config.ts';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { AuthToken } from '../home/auth-token.ts';
import type { Home } from '../home.ts';
import type { Clock, PortProbe, PortTable, ProcessNames, ProcessTable, ProcessTree } from '../os/os.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import type { EventStreams } from './event-streams.ts';
import type { Holds } from './holds.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { RangeFile } from './range-file.ts';
import type { Tally } from './tally.ts';

export interface DaemonContext extends DashboardParts {
  readonly coordinator: Coordinator;
  readonly catalogue: () => Catalogue;
  readonly clock: Clock;
  readonly probe: PortProbe;
  readonly portTable: PortTable;
  readonly processes: ProcessTable & ProcessTree;
  readonly processNames: ProcessNames;
  readonly holds: Holds;
  readonly events: EventStreams;
  readonly tally: Tally;
  readonly loopDelay: LoopDelay;
  readonly token: AuthToken;
  readonly home: Home;
  /** The inode of the daemon's pid namespace; null where there are none, or it is not shown. */
  readonly pidNamespace: string | null;
  /** The unix socket, or null where there is none. */
  readonly socket: string | null;
  /** The TCP port once it is listened on. */
  readonly port: () => number | null;
  /** The TCP port that was asked for; 0 for any. */
  readonly askedPort: number;
  /** Wall clock in epoch ms. */
  readonly startedAt: number;
  /** Clock's monotonic ms at the start. */
  readonly startedMonotonic: number;
  readonly storeKind: string;
  readonly recovery: StatusAnswer['recovery'];
  readonly healthMonitor: () => Pick<
    StatusAnswer['health_monitor'],
    'enabled' | 'interval_ms' | 'max_failures'
  >;
  readonly config: () => ConfigAnswer;
  /** What the hooks of coding agents may do. */
  readonly hookPolicy: () => Config['hooks'];
  readonly rangeFile: RangeFile;
  /** What is wrong with the user's own strategy for automatic ranges; null where nothing is. */
  readonly placementProblem: () => string | null;
  /** Begins a graceful stop; returns at once. */
  readonly stop: () => void;
}

type Operations = typeof OPERATIONS;
type StaticOf<Id extends OperationId, Part extends string> =
  Operations[Id] extends Record<Part, infer S> ? (S extends TSchema ? Static<S> : undefined) : undefined;
type BodyOf<Id extends OperationId> = Operations[Id] extends { bodyOptional: true }
  ? StaticOf<Id, 'body'> | undefined
  : StaticOf<Id, 'body'>;

/** The parts of a request, checked against the operation's schemas. */
export interface Input<Id extends OperationId> {
  readonly params: StaticOf<Id, 'params'>;
  readonly query: StaticOf<Id, 'query'>;
  readonly body: BodyOf<Id>;
}

/**
 * Answers one operation: returns the body of the answer, having set another status than 200 on `reply`.
 * Whatever it throws becomes a problem document.
 */
export type Handler<Id extends OperationId> = (
  context: DaemonContext,
  input: Input<Id>,
  reply: FastifyReply,
) => unknown;

export type Handlers = { readonly [Id in OperationId]: Handler<Id> };
