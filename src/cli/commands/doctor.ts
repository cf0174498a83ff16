// Owns `styxy doctor`: every check with what it found, why that matters and what to do, and the mending of what is safe.

import type { CheckState } from '../../doctor/check.ts';
import type { Result } from '../../doctor/examine.ts';
import type { Command } from '../command.ts';
import { bold, dim, red } from '../style.ts';
import { terminalWidth, wrap } from '../terminal.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const TROUBLE_STATUS = 1;
/** The daemon is asked for seconds at most, and a supervisor too. */
const CHECK_TIMEOUT_MS = 15_000;
const STATE_WIDTH = 'trouble'.length;
const TITLE_WIDTH = 18;
const DEFAULT_WIDTH = 80;
const INDENT = STATE_WIDTH + TITLE_WIDTH + 4;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Look at everything that Styxy rests on, and say what needs a hand',
  details: [
    'Works without a daemon, and starts none. Each check stands by itself and takes a bounded time. `ok`: all well; `note`: worth knowing, and nothing has to be done; `trouble`: needs a hand; `skipped`: cannot be looked at here and now.',
    'With --fix what is safe is mended: modes, what a dead daemon left, a missing token, stale leases. No process is ended, and no lease that somebody uses. What was done is said; a second time nothing is.',
    'With --json it prints `{healthy, checks: [{id, title, state, found, why, remedy, can_fix, fixed}]}`; `remedy` is null where nothing has to be done, `fixed` where nothing was.',
  ],
  usage: ['doctor [--fix]'],
  options: { fix: { kind: 'flag', description: 'Mend what can be mended safely' } },
  examples: [
    { line: 'styxy doctor', description: 'Something is odd: what is it?' },
    { line: 'styxy doctor --fix', description: 'Close what is open, and clear away what is stale' },
  ],
  exits: { 0: 'all well', 1: 'something needs a hand' },
  async run({ env, isJson, has }) {
    const isFix = has('fix');
    const [{ CHECKS }, { examine }, { sceneOf }] = await Promise.all([
      import('../../doctor/checks.ts'),
      import('../../doctor/examine.ts'),
      import('../../doctor/scene.ts'),
    ]);
    const results = await examine(CHECKS, () => sceneOf(env), { isFix, timeoutMs: CHECK_TIMEOUT_MS });
    const isHealthy = results.every(({ state }) => state !== 'trouble');
    if (isJson) printJson({ healthy: isHealthy, checks: results.map(jsonOf) });
    else show(results, isFix);
    return isHealthy ? 0 : TROUBLE_STATUS;
  },
};

function jsonOf({ canFix, fixed, ...result }: Result): object {
  return { ...result, can_fix: canFix, fixed };
}

function show(results: readonly Result[], isFix: boolean): void {
  const width = terminalWidth() ?? DEFAULT_WIDTH;
  for (const line of results
    .filter(({ state }) => state !== 'skipped')
    .flatMap((result) => resultLines(result, width)))
    print(line);
  for (const line of skippedLines(results, width)) print(line);
  print('');
  print(summary(results));
  const fixable = results.filter(({ canFix, fixed }) => canFix && fixed === null);
  if (!isFix && fixable.length > 0)
    say(`\`styxy doctor --fix\` mends ${fixable.map(({ title }) => title.toLowerCase()).join(', ')}.`);
}

/**
 * The lines of one check: what was found beside its title, and beneath it why that matters and what to do.
 *
 * @param width characters of a line
 */
export function resultLines({ state, title, found, why, remedy, fixed }: Result, width: number): string[] {
  const room = Math.max(30, width - INDENT);
  const head = `${paint(state)}${' '.repeat(STATE_WIDTH - state.length)}  ${bold(title)}${' '.repeat(Math.max(0, TITLE_WIDTH - title.length))}  `;
  const [first = '', ...more] = wrap(visible(found), room);
  const beneath = [
    ...more,
    ...(fixed === null ? [] : hanging('Done: ', fixed, room)),
    ...(state === 'trouble' ? hanging('Why: ', why, room) : []),
    ...(remedy === null ? [] : hanging('Do: ', remedy, room)),
  ];
  return [head + first, ...beneath.map((line) => ' '.repeat(INDENT) + line)];
}

/** Many are skipped for one reason, which is told once. */
export function skippedLines(results: readonly Result[], width: number): string[] {
  const titles = new Map<string, string[]>();
  for (const { state, found, title } of results)
    if (state === 'skipped') titles.set(found, [...(titles.get(found) ?? []), title]);
  return [...titles].flatMap(([found, names]) => {
    const lines = wrap(visible(`${found}: ${names.join(', ')}`), Math.max(30, width - STATE_WIDTH - 2));
    return lines.map((line, at) => `${at === 0 ? dim('skipped') : ' '.repeat(STATE_WIDTH)}  ${line}`);
  });
}

function hanging(label: string, text: string, room: number): string[] {
  return wrap(visible(text), room - label.length).map(
    (line, at) => (at === 0 ? dim(label) : ' '.repeat(label.length)) + line,
  );
}

function paint(state: CheckState): string {
  if (state === 'trouble') return red(state);
  return state === 'skipped' ? dim(state) : state;
}

function summary(results: readonly Result[]): string {
  const count = (wanted: CheckState): number => results.filter(({ state }) => state === wanted).length;
  const hands = count('trouble');
  const verdict = hands === 0 ? 'All well' : `${hands} ${hands === 1 ? 'needs' : 'need'} a hand`;
  const notes = count('note');
  return `${verdict}: ${results.length} checks, ${count('ok')} ok, ${notes} ${notes === 1 ? 'note' : 'notes'}, ${count('skipped')} skipped.`;
}
