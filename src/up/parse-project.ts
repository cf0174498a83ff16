// Owns the way from the text of styxy.json to a project's services: either whole and right, or with every mistake named.

import { resolve } from 'node:path';
import type { ConfigError } from '../config/config.ts';
import { parseDocument } from '../config/config-document.ts';
import { type Reading, readSetting } from '../config/setting-reader.ts';
import { listens, type ServiceEntry } from './project-entry.ts';
import { checkServices, type Surroundings } from './project-rules.ts';
import { PROJECT_SCHEMA } from './project-schema.ts';
import type { ReadyCheck, Service } from './service.ts';

export interface ParsedProject {
  /** In the order of the file; none when there are errors. */
  readonly services: readonly Service[];
  /** In the order of the file. */
  readonly errors: readonly ConfigError[];
}

/**
 * Reads the text of a styxy.json, JSON with comments.
 *
 * @param around where the file lies, and what is there
 * @returns every mistake at once; nothing is thrown
 */
export function parseProject(text: string, around: Surroundings): ParsedProject {
  const document = parseDocument(text);
  if (document.root === null) return failed(document.errors);
  const reading: Reading = { document, errors: [], places: new Map() };
  const read = readSetting(reading, PROJECT_SCHEMA, document.root, '', undefined);
  // The schema's keys and kinds are those of the entries; where they are not, there are errors, and nothing is used.
  const { services = {} } = (read ?? {}) as { services?: Readonly<Record<string, ServiceEntry | undefined>> };
  const entries = new Map(
    Object.entries(services).flatMap(([name, entry]) =>
      entry === undefined ? [] : [[name, entry] as const],
    ),
  );
  checkServices(reading, document.root, entries, around);
  const isBroken = new Set(document.errors.map(({ line }) => line));
  const errors = [...document.errors, ...reading.errors.filter(({ line }) => !isBroken.has(line))];
  if (errors.length > 0) return failed(errors);
  return { services: [...entries].map(([name, entry]) => serviceOf(name, entry, around)), errors: [] };
}

function failed(errors: readonly ConfigError[]): ParsedProject {
  const inOrder = [...errors].sort((a, b) => a.line - b.line || a.column - b.column);
  return { services: [], errors: inOrder };
}

function serviceOf(name: string, entry: ServiceEntry, { directory }: Surroundings): Service {
  return {
    name,
    command: entry.command,
    type: entry.type ?? null,
    preferredPort: entry.preferred_port ?? null,
    listens: listens(entry),
    directory: resolve(directory, entry.cwd),
    env: entry.env,
    dependsOn: entry.depends_on,
    ready: readyCheckOf(entry),
    readyTimeoutMs: entry.ready.timeout_seconds * 1000,
    restartsOnFailure: entry.restart === 'on-failure',
  };
}

function readyCheckOf(entry: ServiceEntry): ReadyCheck {
  const { http, output, completed } = entry.ready;
  if (completed) return { kind: 'completed' };
  if (output !== undefined) return { kind: 'output', text: output };
  if (http !== undefined) return { kind: 'http', path: http };
  return { kind: listens(entry) ? 'port' : 'started' };
}
