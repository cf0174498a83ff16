// Owns the words for why a server did not answer in the time that was given to it.

import type { CheckAnswer, LeaseJson } from '../../api/schemas.ts';
import { usageName } from '../../api/usage-name.ts';
import { StyxyError } from '../../errors.ts';
import { nearest } from '../suggestion.ts';

/** What was waited for: one port, or whatever port a service of this project has by then. */
export type Target = { readonly port: number } | { readonly name: string; readonly project: string };

/** What is known when the time is over. */
export interface Silence {
  readonly target: Target;
  readonly timeoutSeconds: number;
  readonly isHttp: boolean;
  /** Each place where an answer was looked for, as it is now. */
  readonly places: readonly CheckAnswer[];
  /** The names of this project's services. */
  readonly names: readonly string[];
}

interface Words {
  readonly why: string;
  readonly hint: string;
}

export function nameOf(target: Target): string {
  return 'port' in target ? `port ${target.port}` : target.name;
}

/** The failure of a wait, with where the server is instead, if it is anywhere. */
export function waitTimeout(silence: Silence): StyxyError {
  const { target, timeoutSeconds, places } = silence;
  const said = places.map((place) => wordsOf(place, silence));
  const tells = said.find(({ isTelling }) => isTelling) ?? said[0] ?? unknownService(silence);
  return new StyxyError(
    'WAIT_TIMEOUT',
    `${nameOf(target)} did not answer within ${timeoutSeconds} s: ${tells.why}`,
    {
      hint: tells.hint,
      fields: {
        answers: false,
        timeout_seconds: timeoutSeconds,
        ports: places.map(({ port }) => port),
        drift: places.flatMap(({ allocated_to: lease }) => lease?.drift ?? []),
      },
    },
  );
}

/** @returns `isTelling` where more is known than that nobody is there */
function wordsOf(place: CheckAnswer, { isHttp }: Silence): Words & { readonly isTelling: boolean } {
  const { port, protocol, allocated_to: lease, system_usage: usage } = place;
  const [named, udp] = protocol === 'udp' ? ['UDP port', ' --udp'] : ['port', ''];
  const check = `\`styxy check ${port}${udp}\` says more.`;
  if (lease !== null && usage === null && lease.drift.length > 0)
    return { ...astray(lease), isTelling: true };
  if (usage === null) {
    const who = lease === null ? '' : `, which ${lease.service_name ?? lease.service_type} has`;
    return { why: `nobody listens on ${named} ${port}${who}`, hint: check, isTelling: false };
  }
  if (lease?.state === 'hijacked') {
    const why = `${usageName(usage)} listens on its ${named} ${port}, and is none of its own`;
    return { why, hint: check, isTelling: true };
  }
  const why = isHttp
    ? `${usageName(usage)} listens on ${named} ${port}, but answers a GET of / with a server error, or not at all`
    : `${usageName(usage)} has ${named} ${port}, and takes no connection`;
  return {
    why,
    hint: isHttp ? `Without --http it is enough that it listens. ${check}` : check,
    isTelling: true,
  };
}

function astray({ drift, port }: LeaseJson): Words {
  const [first] = drift;
  return {
    why: `it listens on ${drift.join(', ')} instead of its own port ${port}`,
    hint: `Wait for that one: \`styxy wait ${first}\`; or tell it its port, by {port} in the command of \`styxy run\`.`,
  };
}

function unknownService({ target, names }: Silence): Words {
  const name = nameOf(target);
  const meant = nearest(name, names);
  const others =
    names.length === 0
      ? 'Nothing of this project has a lease.'
      : meant === null
        ? `This project has ${names.join(', ')}.`
        : `Did you mean ${meant}?`;
  return {
    why: 'no service of this project has that name',
    hint: `${others} To start one: \`styxy run -n ${name} -- COMMAND\`.`,
  };
}
