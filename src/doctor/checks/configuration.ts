// Owns the check of config.json: its mistakes, what may surprise in it, and what the daemon says of it.

import type { ConfigAnswer } from '../../api/schemas-daemon.ts';
import { type Check, type Finding, note, ok, trouble } from '../check.ts';

const VALIDATE = '`styxy config validate` names every mistake with its place.';

export const configuration: Check = {
  id: 'config',
  title: 'Configuration',
  why: 'With a mistake in config.json the last good configuration holds, and your changes do not count.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    const daemon = await scene.daemon();
    // The daemon may know more: what it last read, and what it could not write.
    const { errors, warnings } =
      daemon.kind === 'answers' ? await scene.ask<ConfigAnswer>('GET', '/config') : await scene.config();
    const [first] = errors;
    if (first !== undefined) {
      const place = first.line === 0 ? '' : `line ${first.line}: `;
      const more = errors.length === 1 ? '' : `, and ${errors.length - 1} more`;
      return trouble(`${place}${first.message}${more}`, VALIDATE);
    }
    const fault = daemon.kind === 'answers' ? ofRanges(daemon.status.auto_allocation) : null;
    if (fault !== null) return fault;
    // Those about the ports of the system have a check of their own.
    const [warning, ...others] = warnings.filter((each) => !each.includes('hands out by itself'));
    if (warning !== undefined)
      return note(
        `${warning}${others.length === 0 ? '' : `, and ${others.length} more`}`,
        '`styxy config validate` shows the notes too.',
      );
    return ok('right');
  },
};

function ofRanges({
  not_in_config: obstacle,
  placement_problem: problem,
}: {
  readonly not_in_config: string | null;
  readonly placement_problem: string | null;
}): Finding | null {
  if (problem !== null)
    return trouble(
      `the placement module is not followed: ${problem}`,
      'Correct it; it is read anew at once.',
    );
  if (obstacle === null) return null;
  return note(
    `config.json does not have all automatic ranges: ${obstacle}`,
    '`styxy config auto-allocation list` shows them; they hold all the same.',
  );
}
