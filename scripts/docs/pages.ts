// Owns the list of generated documents: where each stands, and what it says now.

import { openapiDocument } from '../../src/api/openapi.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { configJsonSchema, fileJsonSchema } from '../../src/config/json-schema.ts';
import { ERROR_CODES } from '../../src/errors.ts';
import { TOOLS } from '../../src/mcp/tools.ts';
import { PROJECT_SCHEMA, PROJECT_SCHEMA_URL } from '../../src/up/project-schema.ts';
import { renderCli } from './cli-page.ts';
import { renderConfiguration } from './configuration-page.ts';
import { renderDoctor } from './doctor-page.ts';
import { renderError, renderErrors } from './errors-page.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';
import { renderHttp } from './http-page.ts';
import { renderLlms } from './llms-page.ts';
import { renderManPage } from './man-page.ts';
import { renderMcp } from './mcp-page.ts';
import { renderMetrics } from './metrics-page.ts';
import { pluginHooks, pluginManifest, pluginMarketplace } from './plugin.ts';
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
  ...ERROR_CODES.map((code) => ({
    path: `docs/reference/errors/${code}.md`,
    render: () => renderError(code),
  })),
  { path: 'docs/reference/mcp.md', render: () => renderMcp(TOOLS) },
  { path: 'docs/reference/metrics.md', render: renderMetrics },
  { path: 'docs/reference/doctor.md', render: renderDoctor },
  { path: 'docs/reference/tools.md', render: renderTools },
  { path: 'docs/observability/styxy-dashboard.json', render: () => json(grafanaDashboard()) },
  { path: 'man/styxy.1', render: () => renderManPage(COMMANDS) },
  { path: 'openapi/openapi.json', render: () => json(openapiDocument()) },
  { path: 'schema/config.schema.json', render: () => json(configJsonSchema()) },
  {
    path: 'schema/project.schema.json',
    render: () => json(fileJsonSchema(PROJECT_SCHEMA, "A project's styxy.json", PROJECT_SCHEMA_URL)),
  },
  { path: 'llms.txt', render: () => renderLlms(COMMANDS) },
  { path: '.claude-plugin/plugin.json', render: () => json(pluginManifest()) },
  { path: '.claude-plugin/marketplace.json', render: () => json(pluginMarketplace()) },
  { path: 'hooks/hooks.json', render: () => json(pluginHooks()) },
];

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
