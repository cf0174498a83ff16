// Owns the summary of what a start found and did: for the status, and in the log.

import type { ConfigAnswer, StatusAnswer } from '../api/schemas-daemon.ts';
import type { Coordinator, RecoveryReport } from '../coordinator/contract.ts';
import { type AuditFact, NO_SUBJECT } from '../core/audit.ts';
import { printable } from './audit-notes.ts';
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
    detail: errors[0] === undefined ? null : placed(errors[0]),
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

/** What the audit is told of a start; null where all was well. */
export function recoveryFact({ steps }: Pick<Summary, 'steps'>): AuditFact | null {
  const told = steps.filter(({ outcome }) => outcome === 'mended' || outcome === 'failed');
  if (told.length === 0) return null;
  const reason = told.map(({ step, outcome, detail }) => `${step} ${outcome}: ${detail ?? '-'}`).join('; ');
  return { event: 'recovered', reason: printable(reason), subject: NO_SUBJECT, lease: null };
}

/** Writes the summary to log and audit, as a warning where something was mended or failed. */
export function noteRecovery(
  coordinator: Pick<Coordinator, 'recovery' | 'submit'>,
  setAside: number,
  config: Pick<ConfigAnswer, 'errors'>,
  log: Log,
): Summary {
  const summary = summaryOf(coordinator.recovery, setAside, config);
  const fact = recoveryFact(summary);
  if (fact !== null) {
    coordinator.submit<'record'>({ kind: 'record', facts: [fact] }).catch((error: unknown) => {
      log.error({ error: String(error) }, 'the summary of the start could not be recorded');
    });
  }
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

/** What is wrong with the file as a whole has no line. */
function placed({ line, message }: ConfigAnswer['errors'][number]): string {
  return line === 0 ? message : `line ${line}: ${message}`;
}
