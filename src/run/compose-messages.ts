// Owns what a run of Compose says to people.

import type { ComposeModel } from '../compose/model.ts';
import { spelled } from '../compose/ports.ts';
import type { LeasedMove } from './compose-leases.ts';

/** @param isOurs whether the name is the checkout's own, and not one that the user gave */
export function project(name: string, isOurs: boolean): string {
  return `Compose project ${name}${isOurs ? ', of this checkout alone (-p names another)' : ''}`;
}

export function leased({ move, lease, isFormer }: LeasedMove): string {
  const { name, protocol, start, count } = move;
  const [asked, given] = [spelled(start, count), spelled(lease.port, count)];
  const what = count === 1 ? 'port' : 'ports';
  const kind = protocol === 'udp' ? 'UDP ' : '';
  const why = asked === given ? '' : `, where the file says ${asked}`;
  return `${name} is published on ${kind}${what} ${given}${why}${isFormer ? ' (as before)' : ''}`;
}

export function notAskable(path: string): string {
  return `${path === '-' ? 'what comes from standard input' : path} can be read by Compose alone, so its ports stay as they are`;
}

export function notTold(): string {
  return 'the script names its files itself, or clears its environment, so its ports stay as they are; put `styxy run --` in front of the command in it';
}

/** @param why Compose itself gave no answer */
export function notRead(paths: readonly string[], why: string | null): string {
  const what = paths.length === 0 ? 'there is no compose file here' : `${paths.join(', ')} could not be read`;
  return `${what}${why === null ? '' : ` (${why})`}, so no port is moved`;
}

export function ownReading(why: string): string {
  return `Compose could not be asked for its configuration (${why}): its files were read without it`;
}

export function nothingPublished(): string {
  return 'no service publishes a port that could be moved';
}

export function notReplaced(why: string): string {
  return `this Compose does not take \`!override\` (${why}), so the ports stay as the file has them; Docker Compose can since 2.24.4`;
}

/** Services whose containers have a name that two checkouts cannot both have. */
export function fixedNames({ services }: ComposeModel): string | null {
  const fixed = services.filter(({ containerName }) => containerName !== null);
  if (fixed.length === 0) return null;
  const names = fixed.map(({ name, containerName }) => `${name} (${containerName})`).join(', ');
  return `there is one container of a name on a machine, so no other checkout can run ${names} beside this one: leave \`container_name\` out`;
}

/** @param words the command line of Compose up to its subcommand */
export function goOn(going: readonly LeasedMove[], words: readonly string[]): string {
  const services = going.map(({ move, lease }) => `${move.name} on ${lease.port}`).join(', ');
  return `in the background, each with its lease: ${services}; to end them: styxy run -- ${words.join(' ')} down`;
}
