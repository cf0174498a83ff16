// Owns how a failed command ends: the message, the problem document, the exit status.

import { ERRORS, problem, StyxyError } from '../errors.ts';
import { USAGE_STATUS, UsageError } from './command.ts';
import { visible } from './visible.ts';
import { printJson, say } from './write.ts';

const FAILED_STATUS = 1;

/**
 * Reports what ended a command.
 *
 * @param path the command's words, such as `daemon start`
 * @returns the exit status
 */
export function reportFailure(error: unknown, path: string, isJson: boolean): number {
  if (error instanceof UsageError) {
    const hint = error.hint ?? `\`styxy ${path === '' ? '' : `${path} `}--help\` shows what it takes.`;
    if (isJson) printJson(problem('INVALID_REQUEST', capitalized(error.message), hint));
    else sayProblem(error.message, hint);
    return USAGE_STATUS;
  }
  if (error instanceof StyxyError) {
    if (isJson) printJson(problem(error.code, error.message, error.hint, error.fields));
    else sayProblem(error.message, error.hint);
    return ERRORS[error.code].exit;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (isJson) printJson(problem('INTERNAL', error instanceof Error ? error.message : text));
  else say(`styxy: this is a bug in Styxy, please report it:\n${visible(text, '\n')}`);
  return FAILED_STATUS;
}

function sayProblem(message: string, hint: string): void {
  say(`styxy: ${visible(message)}`);
  if (hint !== '') say(visible(hint));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
