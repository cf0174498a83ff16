// Owns the handler that gives a running server a lease: whose it is comes from the system, never from the request.

import type { AdoptBody } from '../../api/schemas.ts';
import { usageName } from '../../api/usage-name.ts';
import { isWithin } from '../../coordinator/sighting.ts';
import type { AllocateCommand } from '../../core/command.ts';
import type { Holder } from '../../core/holder.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import { StyxyError } from '../../errors.ts';
import type { Listener } from '../../os/os.ts';
import { actorOf } from '../actor.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { allocateAnswer, countGrant } from './allocate.ts';
import { allocateCommand, refuse } from './command.ts';

export const adopt: Handler<'adopt'> = async (context, { body }, reply) => {
  const { port, ...said } = body;
  const { server, other } = await serversOn(context, body);
  if (server === null) return refuse(reply, nobodyListens(body, other));
  const command = await allocateCommand(context, {
    ...said,
    preferred_port: port,
    exact: true,
    ...(server.pid === null ? {} : { pid: server.pid }),
  });
  const objection = objectionTo(server, command);
  if (objection !== null) return refuse(reply, notYours(body, server, objection));
  const outcome = await context.coordinator.submit<'allocate'>(
    {
      ...command,
      request: { ...command.request, adopt: true },
    },
    actorOf(reply, body.instance_id),
  );
  if (!outcome.ok) {
    context.tally.refused(body.service_type, outcome.refusal.code);
    return refuse(reply, leased(body, outcome.refusal));
  }
  countGrant(context, outcome.reply);
  if (!outcome.reply.existing) reply.code(201);
  return allocateAnswer(outcome.reply);
};

/**
 * Who has the port, and who has the port of this number of the other protocol.
 *
 * @throws StyxyError PORTS_UNREADABLE
 */
async function serversOn(
  { portTable }: DaemonContext,
  { port, protocol = 'tcp' }: AdoptBody,
): Promise<Readonly<Record<'server' | 'other', Listener | null>>> {
  const found = await portTable.listeners({ ports: new Set([port]), maxAgeMs: 0 });
  // Unknown is not nobody.
  if (found === null)
    throw new StyxyError('PORTS_UNREADABLE', 'The table of listeners cannot be read on this machine');
  const first = (isHere: (each: Listener) => boolean): Listener | null => {
    const those = found.filter((each) => each.port === port && isHere(each));
    return those.find(({ pid }) => pid !== null) ?? those[0] ?? null;
  };
  return {
    server: first((each) => each.protocol === protocol),
    other: first((each) => each.protocol !== protocol),
  };
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

function nobodyListens(
  { port, service_type: type, protocol = 'tcp' }: AdoptBody,
  other: Listener | null,
): Refusal {
  const isUdp = protocol === 'udp';
  const what = isUdp ? `nobody has UDP port ${port}` : `nobody listens on port ${port}`;
  if (other !== null) {
    return refusal(
      'NOT_FOUND',
      `${what}; ${usageName(other)} has the ${isUdp ? 'TCP' : 'UDP'} port of this number`,
      `Adopt that one: \`styxy adopt ${port}${isUdp ? '' : ' --udp'}\`.`,
      { port },
    );
  }
  const remedy = isUdp
    ? `Lease it before its server starts: \`styxy allocate -s ${type} -p ${port} --udp\`.`
    : `Start it on a lease: \`styxy run -s ${type} -p ${port} -- COMMAND\`.`;
  return refusal('NOT_FOUND', `${what}, so there is no server to adopt`, remedy, { port });
}

/** A refusal of the port, with what to do about it here, where the core's hint speaks of `allocate`. */
function leased({ port }: AdoptBody, found: Refusal): Refusal {
  const [holder] = Array.isArray(found.fields.holders) ? (found.fields.holders as Partial<Holder>[]) : [];
  const lockId = holder?.lock_id ?? null;
  if (found.code !== 'PORT_UNAVAILABLE' || lockId === null) return found;
  const hint = `Port ${port} has its lease already: \`styxy list\` shows it. To give it another one, run \`styxy release ${lockId}\` first.`;
  return { ...found, hint };
}

function notYours({ port, protocol }: AdoptBody, server: Listener, objection: string): Refusal {
  const [named, udp] = protocol === 'udp' ? ['UDP port', ' --udp'] : ['port', ''];
  return refusal(
    'PORT_UNAVAILABLE',
    `${named} ${port} is held by ${usageName(server)}, which cannot be adopted: ${objection}`,
    `Run \`styxy check ${port}${udp}\` to see who it is.`,
    { port },
  );
}
