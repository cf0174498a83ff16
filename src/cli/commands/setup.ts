// Owns `styxy setup`: everything that makes Styxy be there by itself, each asked for, and undone in one go.

import { ERRORS, problem, StyxyError } from '../../errors.ts';
import { resolveOwnHome } from '../../home.ts';
import { type Command, UsageError } from '../command.ts';
import { ask, canAsk } from '../setup/ask.ts';
import type { SetupContext, SetupStep, StepSight } from '../setup/step.ts';
import { SETUP_STEPS } from '../setup/steps.ts';
import { bold } from '../style.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

interface StepResult {
  readonly name: string;
  readonly before: StepSight['state'];
  readonly result: 'done' | 'undone' | 'unchanged' | 'declined' | 'unavailable' | 'planned' | 'failed';
  /** What was or would be done. */
  readonly changes: readonly string[];
  readonly detail: string;
  readonly problem?: object;
}

const FAILED_STATUS = 1;

export const setupCommand: Command = {
  name: 'setup',
  summary: 'Set up autostart, hooks and completions, each asked for; or undo it all',
  details: [
    'Shows what each step would write, and asks before it does so. What is there already is left; what a machine has no use for is passed over with the reason. --undo takes back exactly what the setup did.',
  ],
  usage: ['setup [--yes] [--dry-run]', 'setup --undo [--yes] [--dry-run]'],
  options: {
    yes: { kind: 'flag', short: 'y', description: 'Do not ask' },
    'dry-run': { kind: 'flag', description: 'Show what would be done, and do nothing' },
    undo: { kind: 'flag', description: 'Take everything back' },
  },
  examples: [
    { line: 'styxy setup', description: 'Once on each machine' },
    { line: 'styxy setup --yes', description: 'In a script that sets up a machine' },
    { line: 'styxy setup --undo', description: 'As if it had never been' },
  ],
  exits: { 1: 'a step failed; the others were done all the same' },
  async run(invocation) {
    const isUndo = invocation.has('undo');
    const isDry = invocation.has('dry-run');
    const asks = !invocation.has('yes') && !isDry;
    if (asks && (invocation.isJson || !canAsk())) {
      throw new UsageError(
        'setup asks before each step, and there is nobody to be asked',
        'Say `styxy setup --yes`, or see what it would do with `styxy setup --dry-run`.',
      );
    }
    const context: SetupContext = { home: resolveOwnHome(invocation.env), env: invocation.env };
    const results: StepResult[] = [];
    for (const step of isUndo ? SETUP_STEPS.toReversed() : SETUP_STEPS) {
      const result = await attempt(step, async () => {
        const sight = await step.look(context);
        return isUndo
          ? await undone(step, sight, context, { isDry, asks })
          : await applied(step, sight, context, { isDry, asks, isJson: invocation.isJson });
      });
      results.push(result);
      if (!invocation.isJson) show(result);
    }
    const hasFailed = results.some(({ result }) => result === 'failed');
    if (invocation.isJson) printJson({ success: !hasFailed, steps: results });
    else if (isDry) say('Nothing was changed.');
    return hasFailed ? FAILED_STATUS : 0;
  },
};

async function applied(
  { name, question, apply }: SetupStep,
  { state, detail, changes }: StepSight,
  context: SetupContext,
  { isDry, asks, isJson }: { isDry: boolean; asks: boolean; isJson: boolean },
): Promise<StepResult> {
  const base = { name, before: state, detail, changes };
  if (state === 'unavailable') return { ...base, result: 'unavailable' };
  if (state === 'done') return { ...base, result: 'unchanged' };
  if (isDry) return { ...base, result: 'planned' };
  if (asks && !isJson) {
    for (const change of changes) say(visible(`  ${change}`));
    if (!(await ask(question))) return { ...base, result: 'declined' };
  }
  return { ...base, changes: await apply(context), result: 'done' };
}

async function undone(
  { name, question, undo }: SetupStep,
  { state, detail }: StepSight,
  context: SetupContext,
  { isDry, asks }: { isDry: boolean; asks: boolean },
): Promise<StepResult> {
  const base = { name, before: state, detail, changes: [] };
  if (state === 'absent' || state === 'unavailable') return { ...base, detail: '', result: 'unchanged' };
  if (isDry) return { ...base, detail: 'it would be taken back', result: 'planned' };
  if (asks && !(await ask(`Take back: ${question.charAt(0).toLowerCase()}${question.slice(1)}`)))
    return { ...base, result: 'declined' };
  return { ...base, changes: await undo(context), result: 'undone' };
}

/** One step that fails does not keep the others from being done. */
async function attempt(step: SetupStep, work: () => Promise<StepResult>): Promise<StepResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StyxyError)) throw error;
    const { code, message, hint, fields } = error;
    return {
      name: step.name,
      before: 'partial',
      result: 'failed',
      detail: `${message}. ${hint || ERRORS[code].hint}`,
      changes: [],
      problem: problem(code, message, hint, fields),
    };
  }
}

const WORDS: Readonly<Record<StepResult['result'], string>> = {
  done: 'done',
  undone: 'taken back',
  unchanged: 'nothing to do',
  declined: 'left out',
  unavailable: 'not here',
  planned: 'not yet',
  failed: 'failed',
};

function show({ name, result, changes, detail }: StepResult): void {
  const isSaid = result !== 'done' && result !== 'undone' && detail !== '';
  const said = isSaid ? `: ${detail}` : '';
  print(`${bold(name)}: ${visible(`${WORDS[result]}${said}`)}`);
  for (const change of changes) if (result !== 'declined') print(visible(`  ${change}`));
}
