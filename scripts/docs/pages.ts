// Owns the list of generated documents: where each stands, and what it says now.

import { openapiDocument } from '../../src/api/openapi.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { renderCli } from './cli-page.ts';
import { renderConfiguration } from './configuration-page.ts';
import { renderErrors } from './errors-page.ts';
import { renderHttp } from './http-page.ts';
import { renderTools } from './tools-page.ts';

export interface GeneratedDocument {
  /** From the repository's root. */
  readonly path: string;
  render(): string;
}

export const DOCUMENTS: readonly GeneratedDocument[] = [
  { path: 'docs/reference/cli.md', render: () => renderCli(COMMANDS) },
  { path: 'docs/reference/http.md', render: renderHttp },
  { path: 'docs/reference/configuration.md', render: renderConfiguration },
  { path: 'docs/reference/errors.md', render: renderErrors },
  { path: 'docs/reference/tools.md', render: renderTools },
  { path: 'openapi/openapi.json', render: () => `${JSON.stringify(openapiDocument(), null, 2)}\n` },
];
