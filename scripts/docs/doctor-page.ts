// Owns the reference page of the doctor's checks, made from their table.

import { CHECKS } from '../../src/doctor/checks.ts';
import { code, fence, page, table } from './markdown.ts';

export function renderDoctor(): string {
  return page('Doctor', [
    '`styxy doctor` runs these checks, all at once, whether a daemon runs or not, and starts none. Each takes a bounded time, and one that ' +
      'fails keeps none of the others from theirs. It exits with 0 when all is well and with 1 when something needs a hand; `--json` prints ' +
      'one document.',
    table(
      ['State', 'Meaning'],
      [
        ['`ok`', 'All well'],
        ['`note`', 'Worth knowing; nothing has to be done'],
        ['`trouble`', 'Needs a hand; the remedy says what to do'],
        ['`skipped`', 'Cannot be looked at here and now, as leases cannot without a daemon'],
      ],
    ),
    'With `--fix`, what the last column says is done where it is needed, and everything is looked at again. No process is ended, ' +
      'and no lease that somebody uses. A second time nothing is left to do.',
    fence('sh', 'styxy doctor --fix\nstyxy doctor --json'),
    table(
      ['Check', 'Id', 'Why it matters', '`--fix`'],
      CHECKS.map(({ id, title, why, fixes }) => [title, code(id), why, fixes ?? '–']),
    ),
  ]);
}
