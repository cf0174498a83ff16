// Owns how a failed command ends: the message, the problem document, the exit status.

import { ERRORS, problem, StyxyError } from '../errors.ts';
import { USAGE_STATUS, UsageError } from './command.ts';
import { visible } from './visible.ts';
import { printJson, say } from './write.ts';

const FAILED_STATUS = 1;

/** The options by which the command line fills the fields of a request. */
const OPTION_OF: Readonly<Record<string, string>> = {
  service_type: '--service',
  service_name: '--name',
  preferred_port: '--port',
  count: '--count',
  instance_id: '--instance, or STYXY_INSTANCE,',
  project_path: '--project',
  pid: '--pid',
  ttl_seconds: '--ttl',
};

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
    const { message, hint } = inWordsOfTheCommand(error, path);
    if (isJson) printJson(problem(error.code, message, hint, error.fields));
    else sayProblem(message, hint);
    return ERRORS[error.code].exit;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (isJson) printJson(problem('INTERNAL', error instanceof Error ? error.message : text));
  else say(`styxy: this is a bug in Styxy, please report it:\n${visible(text, '\n')}`);
  return FAILED_STATUS;
}

/** A field of the API is an option here, or what a variable says. */
function inWordsOfTheCommand(
  { code, message, hint, fields }: StyxyError,
  path: string,
): { message: string; hint: string } {
  const field = code === 'INVALID_REQUEST' && typeof fields.field === 'string' ? fields.field : '';
  const option = Object.hasOwn(OPTION_OF, field) ? OPTION_OF[field] : undefined;
  if (option === undefined || path.startsWith('instances')) return { message, hint };
  const usual = hint === ERRORS.INVALID_REQUEST.hint;
  return {
    message: message.replace(`\`${field}\``, option),
    hint: usual ? `\`styxy ${path} --help\` shows what it takes.` : hint,
  };
}

function sayProblem(message: string, hint: string): void {
  say(`styxy: ${visible(message)}`);
  if (hint !== '') say(visible(hint));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
