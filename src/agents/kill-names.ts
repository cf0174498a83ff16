// Owns the words of the programs that end others by their names, and the signals that end nothing.

import type { KillTarget } from './kill-target.ts';
import { pidOf } from './listed-pids.ts';
import { portsOfWords } from './port-lister.ts';

/** Arguments of a program; null for one of which the text is not known. */
export type Texts = readonly (string | null)[];

/** Signals that end nothing. */
const HARMLESS = /^(?:SIG)?(?:0|CONT|WINCH|URG|CHLD|28|18|17|23)$/i;

/** Whether the signal is one that ends nothing. */
export function isHarmless(texts: Texts): boolean {
  return texts.some((text, at) => {
    if (text === null) return false;
    if (text === '-s' || text === '--signal' || text === '-n') return HARMLESS.test(texts[at + 1] ?? '');
    const named = /^(?:-|--signal=)((?:SIG)?[A-Z]{3,}|\d+)$/.exec(text)?.[1];
    return at === 0 && named !== undefined && HARMLESS.test(named);
  });
}

/** `killall`: whole names, or expressions with `-r`. */
export function byName(texts: Texts): readonly KillTarget[] {
  if (isHarmless(texts) || texts.includes('-l') || texts.includes('--list')) return [];
  const isExpression = texts.some((text) => text === '-r' || text === '--regexp');
  const ignoresCase = texts.some((text) => text === '-I' || text === '--ignore-case');
  const targets: KillTarget[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? null;
    if (text === '-s' || text === '--signal' || text === '-u' || text === '--user') at += 1;
    else if (/^-[oy]$/.test(text ?? '')) return [];
    else if (text !== null && !text.startsWith('-'))
      targets.push({
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: isExpression ? 'expression' : 'exact', text, ignoresCase }],
        none: [],
      });
  }
  return targets;
}

/** `fkill`: `:3000`, a pid, or a part of a name. */
export function byAnything(texts: Texts): readonly KillTarget[] {
  return texts.flatMap((text): readonly KillTarget[] => {
    if (text === null || text.startsWith('-')) return [];
    if (text.startsWith(':')) return portsOfWords([text]) ?? [];
    if (/^\d+$/.test(text)) return pidOf(text);
    return [
      { kind: 'pattern', looksAt: 'name', all: [{ kind: 'exact', text, ignoresCase: true }], none: [] },
    ];
  });
}

/** Windows: `taskkill /PID 4121 /F`, `taskkill /IM node.exe`; in Git's shell with two slashes. */
export function byTask(texts: Texts): readonly KillTarget[] {
  return texts.flatMap((text, at): readonly KillTarget[] => {
    const value = texts[at + 1];
    if (text === null || value === null || value === undefined) return [];
    if (/^\/{1,2}pid$/i.test(text)) return pidOf(value);
    if (!/^\/{1,2}im$/i.test(text) || value.includes('*')) return [];
    return [
      {
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: 'exact', text: value, ignoresCase: true }],
        none: [],
      },
    ];
  });
}
