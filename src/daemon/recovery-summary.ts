// Owns the summary of what a start found and did: for the status, and in the log.

import type { ConfigAnswer, StatusAnswer } from '../api/schemas-daemon.ts';
import type { RecoveryReport } from '../coordinator/contract.ts';
import type { Log } from './logs.ts';

type Summary = StatusAnswer['recovery'];

/** @param setAside how many records could not be read */
export function summaryOf(
  { steps, restored, rebuilt }: RecoveryReport,
  setAside: number,
  { errors }: Pick<ConfigAnswer, 'errors'>,
): Summary {
  const configuration: Summary['steps'][number] = {
    step: 'configuration',
    outcome: errors.length === 0 ? 'well' : 'failed',
    detail: errors[0] === undefined ? null : `line ${errors[0].line}: ${errors[0].message}`,
    attempts: 1,
  };
  return {
    state: 'done',
    leases_restored: restored,
    leases_rebuilt: rebuilt,
    set_aside: setAside,
    steps: [configuration, ...steps],
  };
}

/** Writes the summary to the log, as a warning where something was mended or failed. */
export function noteRecovery(
  report: RecoveryReport,
  setAside: number,
  config: Pick<ConfigAnswer, 'errors'>,
  log: Log,
): Summary {
  const summary = summaryOf(report, setAside, config);
  const steps = Object.fromEntries(
    summary.steps.map(({ step, outcome, detail }) => [
      step,
      detail === null ? outcome : `${outcome}: ${detail}`,
    ]),
  );
  const said = {
    steps,
    leases: summary.leases_restored,
    rebuilt: summary.leases_rebuilt,
    set_aside: setAside,
  };
  const isQuiet = summary.steps.every(({ outcome }) => outcome === 'well' || outcome === 'skipped');
  if (isQuiet) log.info(said, 'the start found all well');
  else log.warn(said, 'the start found something to mend');
  return summary;
}
