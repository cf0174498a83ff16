// Owns the words of `docker` and `podman`: which containers they list, and which they end.

import type { KillTarget } from './kill-target.ts';

type Args = readonly (string | null)[];

/** Options of `docker` itself that take the next word. */
const GLOBAL_VALUES = ['-H', '--host', '-c', '--context', '--config', '-l', '--log-level', '--connection'];
/** Options of the subcommands that end containers which take the next word. */
const END_VALUES = ['-t', '--time', '--timeout', '-s', '--signal'];
const NAME = /^[A-Za-z0-9][\w.-]*$/;

interface Subcommand {
  readonly name: string;
  readonly args: Args;
}

/** `docker stop`, `docker container stop`; null for another kind of thing. */
function subcommandOf(args: Args): Subcommand | null {
  let at = 0;
  while (args[at]?.startsWith('-') === true) at += GLOBAL_VALUES.includes(args[at] ?? '') ? 2 : 1;
  if (args[at] === 'container') at += 1;
  const name = args[at];
  return name === null || name === undefined ? null : { name, args: args.slice(at + 1) };
}

/**
 * The containers that `docker ps` lists.
 *
 * @returns null where nobody can say
 */
export function targetsOfContainers(args: Args): readonly KillTarget[] | null {
  const called = subcommandOf(args);
  if (called === null || !['ps', 'ls', 'list'].includes(called.name)) return null;
  const filters: string[] = [];
  for (const [at, text] of called.args.entries()) {
    if (text === null) return null;
    const equals = /^(?:--filter|-f)=(.*)$/.exec(text)?.[1];
    const next = text === '--filter' || /^-[aql]*f$/.test(text) ? called.args[at + 1] : undefined;
    if (equals !== undefined) filters.push(equals);
    else if (next === null) return null;
    else if (next !== undefined) filters.push(next);
    else if (/^(?:-[aq]*[nl]|--last|--latest)/.test(text)) return null;
  }
  if (filters.length === 0) return [{ kind: 'container', name: null }];
  const found = filters.map(filtered);
  const known = found.filter((each) => each !== null);
  return known.length === found.length ? known : null;
}

/** `publish=3000` and `name=web`, which is an expression, say which; any other filter says something about containers that nobody knows. */
function filtered(filter: string): KillTarget | null {
  const [, port, end = port, protocol] =
    /^publish=(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(filter) ?? [];
  if (port !== undefined)
    return {
      kind: 'ports',
      first: Number(port),
      last: Number(end),
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
    };
  const name = /^name=(\^?)\/?([\w.$-]+)$/.exec(filter);
  if (name === null) return null;
  const text = `${name[1]}${name[2]}`;
  return { kind: 'container', name: { kind: 'expression', text, ignoresCase: false } };
}

/** The words that name the containers which a command ends; none where it ends none. */
export function containersEnded<T extends { readonly text: string | null }>(
  words: readonly T[],
): readonly T[] {
  const called = subcommandOf(words.map(({ text }) => text));
  if (called === null) return [];
  const own = words.slice(words.length - called.args.length);
  const isForced = called.args.some((text) => text !== null && /^(?:--force|-[a-z]*f[a-z]*)$/.test(text));
  const isEnd =
    ['stop', 'kill'].includes(called.name) || (['rm', 'remove'].includes(called.name) && isForced);
  if (!isEnd) return [];
  return own.filter(
    ({ text }, at) => text?.startsWith('-') !== true && !END_VALUES.includes(own[at - 1]?.text ?? ''),
  );
}

/** A container by its name or its id. */
export function containerOf(text: string): readonly KillTarget[] {
  return NAME.test(text) ? [{ kind: 'container', name: { kind: 'exact', text, ignoresCase: false } }] : [];
}
