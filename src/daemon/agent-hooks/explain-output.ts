// Owns the explanation of a port that a program could not have: no bug in the code, who holds it, which port is one's own.

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { findPortConflicts, type PortConflict } from '../../agents/address-in-use.ts';
import type { AgentEvent } from '../../agents/event.ts';
import { quoted } from '../../agents/owner-text.ts';
import { sessionName } from '../../agents/session.ts';
import { knownName } from '../../core/lease.ts';
import { projectFiles } from '../../project/project-files.ts';
import type { DaemonContext } from '../context.ts';
import { lookAtPort } from '../handlers/check.ts';
import { agentAbove } from './agent-above.ts';
import type { Session } from './sessions.ts';

/** So many looks at package.json and its neighbours. */
const MAX_READS = 100;

/** @returns null where the output complains of no port */
export async function explainOutput(
  context: DaemonContext,
  session: Session,
  event: AgentEvent,
): Promise<string | null> {
  const hasFailed = event.occasion === 'failed-command';
  const conflicts = findPortConflicts(event.output);
  const sentences: string[] = [];
  for (const conflict of conflicts) {
    const isSure = conflict.isCertain || hasFailed;
    const port = conflict.port ?? (isSure ? await portOfCommand(session, event) : null);
    const sentence = await explain(context, session, { ...conflict, port }, hasFailed);
    if (sentence !== null) sentences.push(sentence);
  }
  if (sentences.length === 0) return null;
  const own = await ownPorts(context, session);
  return ['Styxy:', ...sentences, ...(own === null ? [] : [own])].join(' ');
}

/** Python, Java, Rust and others do not say which port they could not have; the command may. */
async function portOfCommand(
  { project }: Session,
  { command, directory }: AgentEvent,
): Promise<number | null> {
  if (command === null) return null;
  const { meantPort } = await import('../../agents/meant-port.ts');
  return meantPort(command, {
    directory: resolve(project.directory, directory ?? ''),
    home: homedir(),
    reader: projectFiles(MAX_READS),
  });
}

async function explain(
  context: DaemonContext,
  { project, entry }: Session,
  { port, isCertain }: PortConflict,
  hasFailed: boolean,
): Promise<string | null> {
  if (port === null) {
    // Without a port it may be code, or a text about it.
    return isCertain || hasFailed
      ? 'the port that the program asked for is in use: a port conflict and no bug in the code. `styxy scan` shows who has which port, and `styxy run -- COMMAND` starts a server on a free one.'
      : null;
  }
  const seen = await lookAtPort(context, { port, protocol: 'tcp', caller: project.path });
  if (seen.available) {
    return hasFailed
      ? `port ${port} was in use when the program asked for it, which is a port conflict and no bug in the code; it is free now, so run the command again.`
      : null;
  }
  const { allocated_to: lease, system_usage: usage } = seen;
  const holder = lease?.instance_id ?? null;
  const pids = [lease?.pid, usage?.pid].filter((pid) => typeof pid === 'number');
  const instance = await context.coordinator.query(({ state }) =>
    holder === null ? agentAbove(context.processes, pids, state.instances()) : state.instance(holder),
  );
  const isOwn = instance?.instance.instanceId === entry?.instance.instanceId;
  const session = isOwn ? null : sessionName(instance?.instance.metadata);
  const whose = session === null ? '' : ` It belongs to the session ${quoted(session)}.`;
  return `${seen.suggestion}${whose}`;
}

/** Which ports are the checkout's own. */
async function ownPorts(context: DaemonContext, { project }: Session): Promise<string | null> {
  const own = await context.coordinator.query(({ state }) =>
    [...state.leases()]
      .filter(({ lease }) => lease.projectPath === project.path)
      .map(({ lease }) => `${lease.port} (${quoted(knownName(lease))})`),
  );
  const named = own.slice(0, 10).join(', ');
  if (own.length === 0)
    return 'Your checkout has no port yet: `styxy run -- COMMAND` gets one and starts the server on it.';
  return `${own.length === 1 ? 'Your own port is' : 'Your own ports are'} ${named}${own.length > 10 ? ` and ${own.length - 10} more` : ''}.`;
}
