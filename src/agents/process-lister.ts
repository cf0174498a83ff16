// Owns the options of `ps`: which processes it lists, and which number of each.

import type { KillTarget } from './kill-target.ts';
import type { Listing } from './list-filters.ts';

/** A word of `ps` as a text, or whose process ids it is. */
type Said = string | readonly KillTarget[];

/** `ps aux` and the like list all processes; `-p` and `-C` say which, `-o pgid=` which number. */
export function processesOfPs(args: readonly Said[]): Listing | null {
  const targets: KillTarget[] = [];
  let format = '';
  let isNarrow = false;
  for (let at = 0; at < args.length; at++) {
    const said = args[at] ?? '';
    const text = typeof said === 'string' ? said : '';
    const [, option, value = ''] = /^(--pid|--format|--ppid|-[A-Za-z]*[poqC]|o)(?:=?(.*))$/s.exec(text) ?? [];
    if (typeof said !== 'string' || /^\d+$/.test(text)) {
      targets.push(...pidsOf(said));
      isNarrow = true;
    } else if (option === undefined) continue;
    else {
      const next = value === '' ? (args[at + 1] ?? '') : value;
      if (value === '') at += 1;
      const letter = option.startsWith('--') ? option : option.at(-1);
      if (letter === 'o' || letter === '--format') format = typeof next === 'string' ? next : '';
      else if (letter === 'C' && typeof next === 'string') targets.push(...namesOf(next));
      else if (letter === 'p' || letter === 'q' || letter === '--pid') targets.push(...pidsOf(next));
      else return null;
      isNarrow ||= letter !== 'o' && letter !== '--format';
    }
  }
  if (!isNarrow) return { kind: 'processes', all: [], none: [] };
  const how = /^(pgid|pgrp|ppid)=?$/.exec(format)?.[1];
  if (how === undefined) return { kind: 'targets', targets };
  const relation = how === 'ppid' ? 'parent' : 'group';
  return { kind: 'targets', targets: targets.map((to) => ({ kind: 'related', how: relation, to })) };
}

function pidsOf(said: Said): readonly KillTarget[] {
  if (typeof said !== 'string') return said;
  return said
    .split(/[\s,]+/)
    .flatMap((text) => (/^\d{1,10}$/.test(text) ? [{ kind: 'pid', pid: Number(text) }] : []));
}

function namesOf(said: string): readonly KillTarget[] {
  return said.split(',').map((text) => ({
    kind: 'pattern',
    looksAt: 'name',
    all: [{ kind: 'exact', text, ignoresCase: false }],
    none: [],
  }));
}
