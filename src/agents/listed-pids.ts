// Owns the question whose process ids a pipeline prints, such as `lsof -ti :3000` or `ps aux | grep vite | awk …`.

import type { CommandWord, CompoundCommand, SimpleCommand, Stage } from './command-line.ts';
import { targetsOfContainers } from './container-lister.ts';
import { patternOf } from './kill-pattern.ts';
import type { KillTarget } from './kill-target.ts';
import { filtered, type Listing } from './list-filters.ts';
import { listenersOfSs, portsOfFuser, targetsOfLsof } from './port-lister.ts';
import { processesOfPs } from './process-lister.ts';
import { programOf } from './program-words.ts';
import { type Scope, type Source, withVariable } from './scope.ts';
import { sourcesOf, stagesOf, textsOf, variableOfAll } from './word-values.ts';

/** Pipelines in the words of others are looked into so often, to answer one question. */
const MAX_LOOKS = 100;

interface Looks {
  left: number;
}

/** @returns null where nobody can say */
export function listedPids(
  { stages, scope }: Source,
  looks: Looks = { left: MAX_LOOKS },
): readonly KillTarget[] | null {
  if (looks.left === 0) return null;
  looks.left -= 1;
  let listing: Listing | null = null;
  for (const [index, stage] of stages.entries()) {
    listing = index === 0 ? firstListing(stage, scope, looks) : behind(listing, stage, scope);
    if (listing === null) return null;
  }
  switch (listing?.kind) {
    case 'targets':
      return listing.targets;
    case 'processes':
      return listing.all.length === 0
        ? null
        : [{ kind: 'pattern', looksAt: 'command-line', all: listing.all, none: listing.none }];
    default:
      return null;
  }
}

/** Whose process ids a word is: numbers, or what a substitution or a variable holds; none where nobody can say. */
export function pidsIn(
  word: CommandWord,
  scope: Scope,
  looks: Looks = { left: MAX_LOOKS },
): readonly KillTarget[] {
  const texts = textsOf(word, scope);
  if (texts !== null) return texts.flatMap((text) => text.split(/\s+/).flatMap(pidOf));
  const found = word.expansions.flatMap((each) => {
    const held = each.kind === 'variable' ? scope.variables.get(each.name)?.texts : null;
    return (
      held?.flatMap((text) => text.split(/\s+/).flatMap(pidOf)) ??
      sourcesOf(each, scope).flatMap((source) => listedPids(source, looks) ?? [])
    );
  });
  // `-$pid` is the group of it.
  return word.text.replace('"', '').startsWith('-') ? found.flatMap(groupOf) : found;
}

function groupOf(target: KillTarget): readonly KillTarget[] {
  if (target.kind === 'pid') return [{ kind: 'group', pid: target.pid }];
  // `-$(ps -o pgid= …)`: a minus in front of a group's number means that group.
  return target.kind === 'related' && target.how === 'group' ? [target] : [];
}

/** `4121`, or `-4121` for the group. */
export function pidOf(text: string): readonly KillTarget[] {
  if (text === '-1') return [{ kind: 'everything' }];
  const [, sign, digits] = /^(-?)(\d{1,10})$/.exec(text) ?? [];
  // A zero is the shell's own group.
  if (digits === undefined || Number(digits) === 0) return [];
  return [{ kind: sign === '-' ? 'group' : 'pid', pid: Number(digits) }];
}

interface Called {
  readonly name: string;
  readonly words: readonly CommandWord[];
  /** Null for an argument of which the text is not known. */
  readonly args: readonly (string | null)[];
}

function called({ words }: SimpleCommand, scope: Scope): Called | null {
  const program = programOf(words, scope, null);
  if (program?.kind !== 'words') return null;
  // Of a word with several values, each is one: `lsof -ti :$port` in a loop over ports.
  const args = program.args.flatMap((word): readonly (string | null)[] => textsOf(word, scope) ?? [null]);
  return { name: program.name, words: program.args, args };
}

function behind(listing: Listing | null, stage: Stage, scope: Scope): Listing | null {
  const program = stage.kind === 'simple' ? called(stage, scope) : null;
  return listing === null || program === null ? null : filtered(listing, program.name, program.args);
}

function firstListing(stage: Stage, scope: Scope, looks: Looks): Listing | null {
  if (stage.kind !== 'simple') return together(stage, scope, looks);
  const program = called(stage, scope);
  if (program === null) return null;
  const { name, args, words } = program;
  switch (name) {
    case 'lsof':
      return listed(targetsOfLsof(args), { kind: 'listeners' });
    case 'fuser':
      return listed(portsOfFuser(args), null);
    case 'ss':
      return listenersOfSs(words.map((word) => textsOf(word, scope)?.[0] ?? word.text));
    case 'netstat':
      return { kind: 'listeners' };
    case 'ps':
      return processesOfPs(words.map((word) => textsOf(word, scope)?.[0] ?? pidsIn(word, scope, looks)));
    case 'pgrep':
      return processesOfPgrep(args);
    case 'pidof':
      return named(args);
    case 'echo':
    case 'printf':
      return printed(words, scope, looks);
    case 'docker':
    case 'podman':
      return listed(targetsOfContainers(args), null);
    default:
      return null;
  }
}

function listed(targets: readonly KillTarget[] | null, otherwise: Listing | null): Listing | null {
  if (targets === null) return null;
  return targets.length === 0 ? otherwise : { kind: 'targets', targets };
}

/** What several commands print one after the other, as far as it is known. */
function together(compound: CompoundCommand, scope: Scope, looks: Looks): Listing | null {
  const { kind, lists, name, words } = compound;
  if (kind !== 'subshell' && kind !== 'group' && kind !== 'loop') return null;
  const inside = name === null ? scope : withVariable(scope, name, variableOfAll(words, scope));
  const targets = (lists.at(-1) ?? []).flatMap((statement) => {
    const stages = stagesOf([statement]);
    return stages === null ? [] : (listedPids({ stages, scope: inside, start: null }, looks) ?? []);
  });
  return listed(targets, null);
}

/** With `-l` and `-a` there are names beside the numbers, which may be searched for more. */
function processesOfPgrep(args: readonly (string | null)[]): Listing | null {
  const target = patternOf(args);
  if (target === null) return null;
  const isNamed = args.some((text) => text !== null && /^-[a-zA-Z]*[la]/.test(text));
  return isNamed && target.kind === 'pattern'
    ? { kind: 'processes', all: target.all, none: [] }
    : { kind: 'targets', targets: [target] };
}

function named(args: readonly (string | null)[]): Listing | null {
  const targets: KillTarget[] = [];
  for (const text of args) {
    if (text === null) return null;
    if (!text.startsWith('-'))
      targets.push({
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: 'exact', text, ignoresCase: false }],
        none: [],
      });
  }
  return { kind: 'targets', targets };
}

/** Numbers in letters, or whatever holds them. */
function printed(words: readonly CommandWord[], scope: Scope, looks: Looks): Listing | null {
  const targets = words.flatMap((word) => pidsIn(word, scope, looks));
  return listed(targets, null);
}
