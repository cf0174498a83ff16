// Owns who a client says it is: its program, pid and instance, from the header in which clients name themselves.

import type { FastifyReply } from 'fastify';
import { INSTANCE_ID } from '../api/names.ts';
import { type Actor, NOBODY } from '../core/audit.ts';

/** As our own client writes it: `styxy/1.2.3 (run; pid 4121; instance agent-1)`. */
const OWN = /^styxy\/[\w.+-]{1,40} \(([a-z][a-z-]{0,29}); pid (\d{1,10})(?:; instance ([^\s;()]{1,100}))?\)$/;
const INSTANCE = new RegExp(INSTANCE_ID, 'u');
/** Of any other client the first product and its version: what follows may be anything, and long. */
const PRODUCT = /^[\w.!#$%&'*+^`|~/-]{1,64}/;
const MAX_PID = 2_147_483_647;

/** The dashboard: a browser names itself, and nothing of it is of use to people. */
const PAGE: Actor = { ...NOBODY, command: 'styxy ui' };

/** What was read last. A connection that is kept sends the same header again and again. */
let last: { readonly header: string; readonly actor: Actor } | null = null;

/**
 * Who sent the request that is answered by `reply`. Nothing of it is proven: it is for people who read the audit.
 *
 * @param instanceId the instance in whose name the request speaks, where it names one
 */
export function actorOf(reply: FastifyReply, instanceId?: string | null): Actor {
  const { headers } = reply.request;
  // Only our own page is let in with this header.
  const actor = headers['sec-fetch-site'] === 'same-origin' ? PAGE : actorNamed(headers['user-agent']);
  return instanceId === undefined || instanceId === null || instanceId === actor.instanceId
    ? actor
    : { ...actor, instanceId };
}

/** Reads a `User-Agent` header; of one that makes no sense nothing is taken. */
export function actorNamed(header: string | undefined): Actor {
  if (header === undefined) return NOBODY;
  if (last?.header !== header) last = { header, actor: read(header) };
  return last.actor;
}

function read(header: string): Actor {
  const own = OWN.exec(header);
  if (own === null) return { ...NOBODY, command: PRODUCT.exec(header)?.[0] ?? null };
  const [, command = '', digits = '', instance = ''] = own;
  const pid = Number(digits);
  return {
    instanceId: INSTANCE.test(instance) ? instance : null,
    pid: pid >= 1 && pid <= MAX_PID ? pid : null,
    command: `styxy ${command}`,
  };
}
