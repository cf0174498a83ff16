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

/**
 * What is remembered of the directory is there at once, and then so is the command: a promise would cost it turns of the queue.
 *
 * @param field the path of the request in its body, for messages; empty for the body itself
 */
export function allocateCommand(
  context: DaemonContext,
  body: AllocateBody,
  field = '',
): AllocateCommand | Promise<AllocateCommand> {
  return onceKnown(directory(body.project_path, `${field}project_path`), (projectPath) =>
    // It decides the template of an instance that this request registers, and nothing else.
    onceKnown(
      typeof body.instance_id === 'string' && projectPath !== null && isLinkedWorktree(projectPath),
      (linkedWorktree) => commandFor(context, body, projectPath, linkedWorktree),
    ),
  );
}

function commandFor(
  context: DaemonContext,
  body: AllocateBody,
  projectPath: string | null,
  linkedWorktree: boolean,
): AllocateCommand {
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
      instanceId: body.instance_id ?? null,
      projectPath,
      pid,
      process: identify(context, pid),
      ttlMs: milliseconds(body.ttl_seconds),
      fresh: body.new ?? false,
      linkedWorktree,
    },
    requestId: body.request_id ?? null,
  };
}

/** Goes on with a value at once where it is there, and after it where it is promised. */
function onceKnown<Value, Result>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
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
