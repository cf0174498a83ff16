// Owns the list of generated documents: where each stands, and what it says now.

import { renderErrors } from './errors-page.ts';

export interface GeneratedDocument {
  /** From the repository's root. */
  readonly path: string;
  render(): string;
}

export const DOCUMENTS: readonly GeneratedDocument[] = [
  { path: 'docs/reference/errors.md', render: renderErrors },
];
