// Owns the options of `lsof` and `fuser`: whose processes on which ports they list.

import type { KillTarget } from './kill-target.ts';

type Ports = Extract<KillTarget, { readonly kind: 'ports' }>;

const HIGHEST_PORT = 65_535;

/**
 * The ports of which `lsof` lists the processes.
 *
 * @returns none where it lists all of them, null where nobody can say
 */
export function portsOfLsof(args: readonly (string | null)[]): readonly Ports[] | null {
  const found: Ports[] = [];
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (!text.startsWith('-')) return null;
    const cluster = /^-([A-Za-z]*)(.*)$/s.exec(text);
    const [, letters = ''] = cluster ?? [];
    const option = /[^tnPaQlwVbOR]/.exec(letters);
    if (option === null) continue;
    const value = text.slice(option.index + 2);
    if (option[0] === 'i') {
      const next = args[at + 1];
      const isNext = value === '' && typeof next === 'string' && /^(?:[46]?(?:tcp|udp)|@|:)/i.test(next);
      if (isNext) at += 1;
      const address = isNext ? next : value;
      if (value === '' && !isNext) continue;
      const ports = portsOfAddress(address);
      if (ports === null) return null;
      found.push(...ports);
    } else if (option[0] === 's' || option[0] === 'F') {
      const next = args[at + 1];
      if (option[0] === 's' && value === '' && typeof next === 'string' && /^(?:tcp|udp):/i.test(next))
        at += 1;
    } else return null;
  }
  return found;
}

/** `[46][protocol][@host][:ports]`, as in `4TCP@127.0.0.1:3000,3001`. */
function portsOfAddress(address: string): readonly Ports[] | null {
  const parts = /^[46]?(tcp|udp)?(?:@(?:\[[^\]]*\]|[^:]*))?(?::([\d,-]+))?$/i.exec(address);
  if (parts === null) return null;
  const [, protocol, ports] = parts;
  if (ports === undefined) return [];
  return rangesOf(ports, protocol);
}

function rangesOf(text: string, protocol: string | undefined): readonly Ports[] | null {
  const found: Ports[] = [];
  for (const each of text.split(',')) {
    const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(each) ?? [];
    const [first, last] = [Number(low), Number(high)];
    if (low === undefined || first > HIGHEST_PORT || last > HIGHEST_PORT) return null;
    found.push({ kind: 'ports', first, last, protocol: protocolOf(protocol) });
  }
  return found;
}

function protocolOf(text: string | undefined): Ports['protocol'] {
  const name = text?.toLowerCase();
  return name === 'tcp' || name === 'udp' ? name : null;
}

/** The ports that `fuser` is asked about: `3000/tcp`, or `-n tcp 3000`; null where it is asked about files. */
export function portsOfFuser(args: readonly (string | null)[]): readonly Ports[] | null {
  const found: Ports[] = [];
  let space: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (text === '-n' || text === '--namespace') {
      at += 1;
      space = args[at] ?? undefined;
    } else if (!text.startsWith('-')) {
      const [, port, named = space] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
      if (port === undefined || named === undefined) return null;
      found.push({ kind: 'ports', first: Number(port), last: Number(port), protocol: protocolOf(named) });
    }
  }
  return found;
}

/** The ports in the words of `kill-port` and its like: numbers, lists of them, options skipped. */
export function portsOfWords(args: readonly (string | null)[]): readonly Ports[] | null {
  const found: Ports[] = [];
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (text === '--method' || text === '-m') at += 1;
    else if (/^(?:--ports?=|-p=?|:)?[\d,-]+$/.test(text) && /\d/.test(text)) {
      const ports = rangesOf(text.replace(/^(?:--ports?=|-p=?|:)/, ''), undefined);
      if (ports === null) return null;
      found.push(...ports);
    } else if (!text.startsWith('-')) return null;
  }
  return found;
}
