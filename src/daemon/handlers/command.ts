// Owns what turns checked requests into commands, and refusals into answers; shared by the handlers.

import { isAbsolute } from 'node:path';
import type { FastifyReply } from 'fastify';
import type { AllocateBody } from '../../api/schemas.ts';
import { invalid, shown } from '../../api/validate.ts';
import type { AllocateCommand } from '../../core/command.ts';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { DaemonContext } from '../context.ts';
import { isLinkedWorktree } from '../linked-worktree.ts';
import { refusalProblem, sendProblem } from '../problem-answer.ts';
import { realPath } from '../real-path.ts';

/** @param field the path of the request in its body, for messages; empty for the body itself */
export async function allocateCommand(
  context: DaemonContext,
  body: AllocateBody,
  field = '',
): Promise<AllocateCommand> {
  const found = directory(body.project_path, `${field}project_path`);
  // What is remembered is there at once: an await would cost it three turns of the queue.
  const projectPath = found instanceof Promise ? await found : found;
  const instanceId = body.instance_id ?? null;
  const pid = body.pid ?? null;
  return {
    kind: 'allocate',
    request: {
      serviceType: body.service_type,
      serviceName: body.service_name ?? null,
      preferredPort: body.preferred_port ?? null,
      exact: body.exact ?? false,
      protocol: body.protocol ?? 'tcp',
      count: body.count ?? 1,
      instanceId,
      projectPath,
      pid,
      process: identify(context, pid),
      ttlMs: milliseconds(body.ttl_seconds),
      fresh: body.new ?? false,
      // It decides the template of an instance that this request registers, and nothing else.
      linkedWorktree: instanceId !== null && projectPath !== null && (await isLinkedWorktree(projectPath)),
    },
    requestId: body.request_id ?? null,
  };
}

/**
 * A directory that a request names, as its real path, so that one directory has one name.
 *
 * @param field where the request names it, for messages
 */
export function directory(path: string | null | undefined, field: string): string | null | Promise<string> {
  if (path === null || path === undefined) return null;
  if (!isAbsolute(path)) throw invalid(`\`${field}\` must be an absolute path; got ${shown(path)}`, field);
  return realPath(path);
}

export function milliseconds(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : seconds * 1000;
}

export function identify(context: DaemonContext, pid: number | null): ProcessIdentity | null {
  return pid === null ? null : context.processes.identify(pid);
}

/** Answers with the refusal's problem document. */
export function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return sendProblem(reply, refusalProblem(refusal));
}
