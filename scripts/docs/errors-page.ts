// Owns the reference pages of the errors: the list of all, and one page for each code, which `helpUrl` points at.

import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/errors.ts';
import { EXPLANATIONS, exampleProblem } from '../../src/explanations/all.ts';
import { fence, page, table } from './markdown.ts';

export function renderErrors(): string {
  const overview = ERROR_CODES.map((code) => {
    const { title, status, exit, retriable } = ERRORS[code];
    return [
      `[\`${code}\`](errors/${code}.md)`,
      title,
      String(status),
      String(exit),
      retriable ? 'yes' : 'no',
    ];
  });
  return page('Errors', [
    'Every refusal and failure is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem document of the media type ' +
      '`application/problem+json`. `styxy --json` prints the same document. Its `type` is the address of the page of its code; ' +
      '`styxy explain CODE` shows the text of that page offline.',
    fence('json', JSON.stringify(exampleProblem('LEASE_NOT_FOUND'), null, 2)),
    '`detail` says what happened this time, `hint` what to do next. Some codes carry more fields. `Exit` is the exit status of the ' +
      'command line; a wrong usage of it is 2. A request that may be repeated can succeed later without being changed.',
    table(['Code', 'Meaning', 'Status', 'Exit', 'May be repeated'], overview),
  ]);
}

export function renderError(code: ErrorCode): string {
  const { title, status, exit, retriable } = ERRORS[code];
  const { what, causes, remedies, related } = EXPLANATIONS[code];
  return page(code, [
    `**${title}.** HTTP status ${status}; exit status ${exit} of the command line. The same request ` +
      `${retriable ? 'can succeed later' : 'fails again until something is changed'}.`,
    '## What happened',
    what,
    '## Why it comes',
    causes.map((cause) => `- ${cause}`).join('\n'),
    '## What to do',
    ...remedies.flatMap((remedy) => [
      remedy.what,
      ...(remedy.command === undefined ? [] : [fence('sh', remedy.command)]),
    ]),
    '## Example',
    fence('json', JSON.stringify(exampleProblem(code), null, 2)),
    '## See also',
    `${related.map((other) => `[\`${other}\`](${other}.md)`).join(', ')}; [all errors](../errors.md).`,
  ]);
}
