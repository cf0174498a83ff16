// Owns the reference page of the errors: one heading for each code, which `helpUrl` points at.

import { ERROR_CODES, ERRORS, problem } from '../../src/errors.ts';
import { fence, page, table } from './markdown.ts';

export function renderErrors(): string {
  const example = problem('LEASE_NOT_FOUND', 'No live lease has the lock id 7f3a');
  const overview = ERROR_CODES.map((code) => {
    const { status, exit, retriable } = ERRORS[code];
    return [`[\`${code}\`](#${code.toLowerCase()})`, String(status), String(exit), retriable ? 'yes' : 'no'];
  });
  const sections = ERROR_CODES.flatMap((code) => {
    const { title, explanation, hint } = ERRORS[code];
    return [`## ${code}`, `${title}. ${explanation}`, `**What to do:** ${hint}`];
  });
  return page('Errors', [
    'Every refusal and failure is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem document of the media type ' +
      '`application/problem+json`. `styxy --json` prints the same document. `styxy explain CODE` shows this page’s text offline.',
    fence('json', JSON.stringify(example, null, 2)),
    '`detail` says what happened this time, `hint` what to do next. Some codes carry more fields. `Exit` is the exit status of the ' +
      'command line; a wrong usage of it is 2. A request that may be repeated can succeed later without being changed.',
    table(['Code', 'Status', 'Exit', 'May be repeated'], overview),
    ...sections,
  ]);
}
