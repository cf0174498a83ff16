// Owns the handler that gives a running server a lease: whose it is comes from the system, never from the request.

import type { AdoptBody } from '../../api/schemas.ts';
import { isWithin } from '../../coordinator/sighting.ts';
import type { AllocateCommand } from '../../core/command.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import { StyxyError } from '../../errors.ts';
import type { Listener } from '../../os/os.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { allocateAnswer } from './allocate.ts';
import { allocateCommand, refuse } from './command.ts';

export const adopt: Handler<'adopt'> = async (context, { body }, reply) => {
  const { port, ...said } = body;
  const server = await serverOn(context, body);
  if (server === null) return refuse(reply, nobodyListens(body));
  const command = await allocateCommand(context, {
    ...said,
    preferred_port: port,
    exact: true,
    ...(server.pid === null ? {} : { pid: server.pid }),
  });
  const objection = objectionTo(server, command);
  if (objection !== null) return refuse(reply, notYours(body, server, objection));
  const outcome = await context.coordinator.submit<'allocate'>({
    ...command,
    request: { ...command.request, adopt: true },
  });
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  if (!outcome.reply.existing) reply.code(201);
  return allocateAnswer(outcome.reply);
};

/** @throws StyxyError PORTS_UNREADABLE */
async function serverOn(
  { portTable }: DaemonContext,
  { port, protocol = 'tcp' }: AdoptBody,
): Promise<Listener | null> {
  const found = await portTable.listeners({ ports: new Set([port]), maxAgeMs: 0 });
  // Unknown is not nobody.
  if (found === null)
    throw new StyxyError('PORTS_UNREADABLE', 'The table of listeners cannot be read on this machine');
  const here = found.filter((each) => each.protocol === protocol && each.port === port);
  return here.find(({ pid }) => pid !== null) ?? here[0] ?? null;
}

/** Why this server is not the caller's to adopt; null when it is. */
function objectionTo(server: Listener, { request }: AllocateCommand): string | null {
  // A container's port belongs to a proxy of the system's, whoever started the container.
  if (server.container !== null) return null;
  if (request.process === null) return 'its process cannot be seen by this user';
  const { projectPath } = request;
  if (projectPath === null || server.cwd === null || isWithin(server.cwd, projectPath)) return null;
  return `it runs in ${server.cwd}, outside ${projectPath}`;
}

function nobodyListens({ port, service_type: type }: AdoptBody): Refusal {
  return refusal(
    'NOT_FOUND',
    `nobody listens on port ${port}, so there is no server to adopt`,
    `Start it on a lease: \`styxy run -s ${type} -p ${port} -- COMMAND\`.`,
    { port },
  );
}

function notYours({ port }: AdoptBody, server: Listener, objection: string): Refusal {
  const name = `${server.process ?? 'the server'}${server.pid === null ? '' : ` (pid ${server.pid})`}`;
  return refusal(
    'PORT_UNAVAILABLE',
    `port ${port} is held by ${name}, which cannot be adopted: ${objection}`,
    `Run \`styxy check ${port}\` to see who it is.`,
    { port },
  );
}
