// Owns the options of `lsof`, `ss`, `fuser` and `kill-port`: whose processes on which ports they mean.

import type { KillTarget } from './kill-target.ts';
import type { Listing } from './list-filters.ts';

type Ports = Extract<KillTarget, { readonly kind: 'ports' }>;

const HIGHEST_PORT = 65_535;

/**
 * Whose processes `lsof` lists.
 *
 * @returns none where it lists all of them, null where nobody can say
 */
export function targetsOfLsof(args: readonly (string | null)[]): readonly KillTarget[] | null {
  const ports: Ports[] = [];
  const others: KillTarget[] = [];
  let areAllNeeded = false;
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (!text.startsWith('-')) return null;
    const [, letters = ''] = /^-([A-Za-z]*)/.exec(text) ?? [];
    const option = /[^tnPaQlwVbOR]/.exec(letters);
    areAllNeeded ||= letters.slice(0, option?.index ?? letters.length).includes('a');
    if (option === null) continue;
    const value = text.slice(option.index + 2);
    const next = args[at + 1] ?? '';
    switch (option[0]) {
      case 'i': {
        const isNext = value === '' && /^(?:[46]?(?:tcp|udp)|@|:)/i.test(next);
        if (isNext) at += 1;
        else if (value === '') break;
        const found = portsOfAddress(isNext ? next : value);
        if (found === null) return null;
        ports.push(...found);
        break;
      }
      case 's':
        if (value === '' && /^(?:tcp|udp):/i.test(next)) at += 1;
        break;
      case 'F':
        if (value === '' && /^[a-zA-Z]+$/.test(next)) at += 1;
        break;
      case 'c':
      case 'p':
      case 'u': {
        const said = value === '' ? next : value;
        if (value === '') at += 1;
        const found = narrowing(option[0], said);
        if (found === null) return null;
        others.push(...found);
        break;
      }
      default:
        return null;
    }
  }
  // Without `-a`, each option adds to the list; with it, each takes from it.
  if (areAllNeeded && ports.length > 0) return ports;
  return [...ports, ...others];
}

/** `-c node`: names that begin so. `-p 4121`: processes. Whose they are, `-u`, takes nothing away from what is one's own. */
function narrowing(option: string, said: string): readonly KillTarget[] | null {
  if (option === 'u') return [];
  if (option === 'p')
    return /^\d+(?:,\d+)*$/.test(said)
      ? said.split(',').map((pid) => ({ kind: 'pid', pid: Number(pid) }))
      : null;
  if (!/^[\w.-]+$/.test(said)) return null;
  const text = `^${said.replaceAll('.', '\\.')}`;
  return [
    {
      kind: 'pattern',
      looksAt: 'name',
      all: [{ kind: 'expression', text, ignoresCase: false }],
      none: [],
    },
  ];
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

/** `sport = :3000`, as `ss` takes it. */
const SOURCE_PORT = /^ *(?:sport *(?:==?|eq)|src) *(?:[\d.*[\]:]*:)?(\d{1,5}) *$/;

/**
 * `ss` may be told the ports itself: `ss -tlnp 'sport = :3000 or sport = :3001'`. Any other condition says nothing that is
 * certain.
 */
export function listenersOfSs(args: readonly string[]): Listing {
  const condition = args.filter((text) => !text.startsWith('-')).join(' ');
  const inner = condition.replace(/^ *\(/, '').replace(/\) *$/, '');
  const parts = inner.split(/ or | \|\| /).map((part) => SOURCE_PORT.exec(part)?.[1]);
  const ports = parts.filter((port) => port !== undefined).map(Number);
  if (ports.length < parts.length || ports.length === 0) return { kind: 'listeners' };
  return {
    kind: 'targets',
    targets: ports.map((port) => ({ kind: 'ports', first: port, last: port, protocol: null })),
  };
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

/** Options of such programs that take the next word. */
const TAKES_VALUE = ['--method', '-m', '--signal', '-s', '--mode'];

/** The ports in the words of `kill-port` and its like: numbers, lists of them, options skipped. */
export function portsOfWords(args: readonly (string | null)[]): readonly Ports[] | null {
  const found: Ports[] = [];
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (TAKES_VALUE.includes(text)) at += 1;
    else if (/^(?:--ports?=|-p=?|:)?[\d,-]+$/.test(text) && /\d/.test(text)) {
      const ports = rangesOf(text.replace(/^(?:--ports?=|-p=?|:)/, ''), undefined);
      if (ports === null) return null;
      found.push(...ports);
    } else if (!text.startsWith('-')) return null;
  }
  return found;
}
