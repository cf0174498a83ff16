// Owns what becomes of a command that an agent wants to run: read, decided, and given its leases.

import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { type AgentAnswer, NOTHING, object, replace, tell } from '../../agents/answer.ts';
import type { Powers } from '../../agents/dialect.ts';
import type { AgentEvent } from '../../agents/event.ts';
import { strangerText } from '../../agents/owner-text.ts';
import type { Granted, LeaseRequest, LineWishes } from '../../agents/pre-tool.ts';
import type { Actor } from '../../core/audit.ts';
import type { AllocateReply } from '../../core/reply.ts';
import { projectOf, serviceNameOf } from '../../project/project.ts';
import { projectFiles } from '../../project/project-files.ts';
import type { DaemonContext } from '../context.ts';
import { countGrant } from '../handlers/allocate.ts';
import { machineFacts } from './lease-facts.ts';
import { registerSession, type Session } from './sessions.ts';

/** So many looks at package.json and its neighbours: others wait meanwhile. */
const MAX_READS = 300;
/** How long a lease waits for the command that it was taken for, which the user may be asked about first. */
const WAIT_MS = 15 * 60_000;

export interface PreToolCall {
  readonly event: AgentEvent;
  readonly powers: Powers;
  readonly session: Session;
  readonly actor: Actor;
  /** Whether `styxy` in the agent's shell is this program. */
  readonly isOnPath: boolean;
}

/** @returns no answer where the command is none of our business */
export async function answerPreTool(context: DaemonContext, call: PreToolCall): Promise<AgentAnswer> {
  const { event, session, powers } = call;
  const { command } = event;
  if (command === null) return NOTHING;
  // The parser is loaded at the first command that may concern us.
  const { decidePreTool, readWishes } = await import('../../agents/decide-pre-tool.ts');
  const wishes = readWishes(command, {
    directory: resolve(session.project.directory, event.directory ?? ''),
    home: homedir(),
    worktree: session.project.path,
    reader: projectFiles(MAX_READS),
  });
  if (wishes === null) return NOTHING;
  const policy = context.hookPolicy();
  const decision = decidePreTool(wishes, {
    machine: await machineFacts(context, session, { processes: wishes.kills.length > 0 }),
    projectOf: (directory) => projectOf(session.project, directory).path,
    killGuard: policy.kill_guard,
    rewrites: policy.rewrite_permission !== 'off',
  });
  switch (decision.kind) {
    case 'none':
      return NOTHING;
    case 'tell':
      return tell(decision.sentence);
    case 'deny':
      return object('deny', decision.reason);
    case 'ask':
      if (powers.asks === 'later') return NOTHING;
      // Who cannot be asked has not agreed.
      return object(powers.asks === 'yes' ? 'ask' : 'deny', decision.reason);
    case 'lease':
      return await rewrite(context, call, wishes, decision.requests, decision.sentence);
  }
}

async function rewrite(
  context: DaemonContext,
  call: PreToolCall,
  wishes: LineWishes,
  requests: readonly LeaseRequest[],
  sentence: string | null,
): Promise<AgentAnswer> {
  const { grantedText, heldText, permissionFor, rewriteServers } = await import(
    '../../agents/rewrite-servers.ts'
  );
  const { event, powers } = call;
  const setting = context.hookPolicy().rewrite_permission;
  const permission = permissionFor(wishes, event.permissionMode, setting, powers);
  const held = [sentence, heldText(requests)].filter((each) => each !== null);
  const unchanged = held.length === 0 ? NOTHING : tell(held.join(' '));
  if (permission === null) return unchanged;
  const granted = await grant(context, call, requests);
  if (typeof granted === 'string') return tell([sentence, granted].filter(Boolean).join(' '));
  if (granted === null) return unchanged;
  const command = rewriteServers(event.command ?? '', granted, program(call.isOnPath));
  const reason = [sentence, grantedText(granted)].filter((each) => each !== null).join(' ');
  return replace(permission, command, reason);
}

/** A lease for each, or for none of them. @returns a sentence about a refusal; null where the session was refused */
async function grant(
  context: DaemonContext,
  { session, actor }: PreToolCall,
  requests: readonly LeaseRequest[],
): Promise<Granted[] | string | null> {
  const instanceId = session.entry?.instance.instanceId ?? (await registerSession(context, session, actor));
  if (instanceId === null) return null;
  const granted: Granted[] = [];
  const fresh: string[] = [];
  for (const request of requests) {
    const reply = await allocate(context, session, request, { ...actor, instanceId }, instanceId);
    if (typeof reply === 'string') {
      for (const lockId of fresh) await release(context, lockId, instanceId, actor);
      return `Styxy: no port for it: ${reply}.`;
    }
    const { lockId, port } = reply.snapshot.lease;
    if (!reply.existing) fresh.push(lockId);
    granted.push({ server: request.server, lockId, port, holder: await holderOf(context, request, port) });
  }
  return granted;
}

/** Who keeps a request from the port that it asks for; also somebody without a lease. */
async function holderOf(
  { portTable }: DaemonContext,
  { holder, preferredPort }: LeaseRequest,
  port: number,
): Promise<string | null> {
  if (preferredPort === null || preferredPort === port) return null;
  if (holder !== null) return holder;
  const listeners = await portTable.listeners({ ports: new Set([preferredPort]) });
  const stranger = listeners?.find(({ protocol }) => protocol === 'tcp');
  return stranger === undefined ? null : strangerText(stranger);
}

/** A live copy is never joined: a lease with a holder or a listener makes way for another one. */
async function allocate(
  context: DaemonContext,
  session: Session,
  request: LeaseRequest,
  actor: Actor,
  instanceId: string,
): Promise<AllocateReply | string> {
  const project = projectOf(session.project, request.directory);
  const ask = async (isFresh: boolean): Promise<AllocateReply | string> => {
    const outcome = await context.coordinator.submit<'allocate'>(
      {
        kind: 'allocate',
        request: {
          serviceType: request.serviceType,
          serviceName: serviceNameOf(project, request.serviceType),
          preferredPort: request.preferredPort,
          exact: request.exact,
          protocol: 'tcp',
          count: 1,
          instanceId,
          projectPath: project.path,
          pid: null,
          process: null,
          ttlMs: WAIT_MS,
          fresh: isFresh,
          linkedWorktree: project.isLinkedWorktree,
        },
        requestId: null,
      },
      actor,
    );
    if (outcome.ok) {
      countGrant(context, outcome.reply);
      return outcome.reply;
    }
    context.tally.refused(request.serviceType, outcome.refusal.code);
    return outcome.refusal.detail;
  };
  const first = await ask(false);
  if (typeof first === 'string' || !first.existing || first.snapshot.lease.singleton) return first;
  const isUsed = first.snapshot.remainingMs === null || first.snapshot.vitals.state === 'active';
  const isWished = (port: number): boolean => (request.preferredPort ?? port) === port;
  if (!isUsed && isWished(first.snapshot.lease.port)) return first;
  const second = await ask(true);
  if (isUsed || (typeof second !== 'string' && isWished(second.snapshot.lease.port))) return second;
  // Its own lease, which nobody uses, is as good as any other port.
  if (typeof second !== 'string') await release(context, second.snapshot.lease.lockId, instanceId, actor);
  return first;
}

async function release(
  context: DaemonContext,
  lockId: string,
  instanceId: string,
  actor: Actor,
): Promise<void> {
  await context.coordinator.submit<'release'>(
    {
      kind: 'release',
      lockId,
      fence: null,
      callerInstanceId: instanceId,
      callerProjectPath: null,
      force: false,
    },
    actor,
  );
}

/**
 * The words that call this program. A plain `styxy` where it is the same one: a worktree's PATH may lead to another Node, and
 * an agent that must trace its commands knows a program by its name.
 */
function program(isOnPath: boolean): readonly string[] {
  if (isOnPath) return ['styxy'];
  const isSource = extname(import.meta.filename) === '.ts';
  return isSource
    ? [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        join(import.meta.dirname, '..', '..', 'cli', 'main.ts'),
      ]
    : [process.execPath, join(import.meta.dirname, 'styxy.cjs')];
}
