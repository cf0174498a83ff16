// Owns the rules that hold between the values of a styxy.json: what depends on what, where services start, what they are told.

import { resolve } from 'node:path';
import type { Node } from 'jsonc-parser';
import type { Reading } from '../config/setting-reader.ts';
import { variableSuffix } from '../run/environment.ts';
import { listens, type ServiceEntry } from './project-entry.ts';
import { findCycle } from './start-order.ts';
import { namesIn } from './variables.ts';

/** Where a styxy.json lies, and what can be known there. */
export interface Surroundings {
  /** That of the file, as an absolute path. */
  readonly directory: string;
  /** The root of the checkout. */
  readonly project: string;
  /** The root of the checkout that a directory belongs to; null where there is no such directory. */
  projectOf(directory: string): string | null;
}

type Entries = ReadonlyMap<string, ServiceEntry>;

/** What a service is told of itself, besides its siblings' ports and URLs. */
const OWN_VARIABLES = ['STYXY_SLUG', 'STYXY_LOCK_ID', 'STYXY_RUN_ID', 'STYXY_HOME', 'STYXY_INSTANCE'];

/** Checks the services as a whole; each mistake is told where it stands. */
export function checkServices(reading: Reading, root: Node, entries: Entries, around: Surroundings): void {
  if (entries.size === 0 && reading.errors.length === 0 && reading.document.errors.length === 0) {
    const message = 'names no service; add one, such as {"web": {"command": "vite"}}';
    reading.errors.push(reading.document.errorAt(root, 'services', message));
  }
  for (const [name, entry] of entries) {
    checkReadiness(reading, name, entry);
    checkDirectory(reading, name, entry, around);
    checkVariables(reading, name, entry, entries);
  }
  checkDependencies(reading, entries);
  checkNames(reading, entries);
}

function tell({ places, errors }: Reading, path: string, message: string): void {
  const place = places.get(path);
  if (place !== undefined) errors.push(place.error(message));
}

function checkReadiness(reading: Reading, name: string, entry: ServiceEntry): void {
  const path = `services.${name}.ready`;
  const { http, output, completed } = entry.ready;
  const named = [
    ...(http === undefined ? [] : ['http']),
    ...(output === undefined ? [] : ['output']),
    ...(completed ? ['completed'] : []),
  ];
  for (const key of named.slice(1))
    tell(reading, `${path}.${key}`, `"${named[0]}" says already when "${name}" is ready; remove one of them`);
  if (http !== undefined && !listens(entry))
    tell(
      reading,
      `${path}.http`,
      `"${name}" opens no port; remove "listens": false, or wait for its "output"`,
    );
  if (completed && listens(entry))
    tell(
      reading,
      `${path}.completed`,
      `"${name}" says that it listens, and then it stays; remove one of the two`,
    );
  if (entry.preferred_port !== undefined && !listens(entry))
    tell(
      reading,
      `services.${name}.preferred_port`,
      `"${name}" opens no port, and has no use for one; remove it`,
    );
  if (entry.type !== undefined && !listens(entry))
    tell(
      reading,
      `services.${name}.type`,
      `"${name}" opens no port, so that its type means nothing; remove it`,
    );
}

function checkDirectory(reading: Reading, name: string, entry: ServiceEntry, around: Surroundings): void {
  const { directory, project } = around;
  const found = around.projectOf(resolve(directory, entry.cwd));
  const path = `services.${name}.cwd`;
  if (found === null) tell(reading, path, `there is no directory ${resolve(directory, entry.cwd)}`);
  else if (found !== project)
    tell(
      reading,
      path,
      `lies outside of ${project}, and what runs there is none of its services; start it there`,
    );
}

function checkDependencies(reading: Reading, entries: Entries): void {
  const known = new Map<string, readonly string[]>();
  for (const [name, { depends_on: names }] of entries) {
    names.forEach((other, index) => {
      if (entries.has(other)) return;
      const all = [...entries.keys()].join(', ');
      tell(
        reading,
        `services.${name}.depends_on[${index}]`,
        `there is no service "${other}"; there are ${all}`,
      );
    });
    known.set(
      name,
      names.filter((other) => entries.has(other)),
    );
  }
  const cycle = findCycle(known);
  const [from = '', to = ''] = cycle ?? [];
  if (cycle === null) return;
  const index = entries.get(from)?.depends_on.indexOf(to) ?? -1;
  const way = cycle.join(' → ');
  tell(
    reading,
    `services.${from}.depends_on[${index}]`,
    `"${from}" would wait for itself: ${way}; take one out`,
  );
}

/** Two names that become one in a variable would hide each other's port. */
function checkNames({ errors, places }: Reading, entries: Entries): void {
  const names = new Map<string, string>();
  for (const [name, entry] of entries) {
    if (!listens(entry)) continue;
    const suffix = variableSuffix(name);
    const other = names.get(suffix);
    names.set(suffix, other ?? name);
    const place = places.get(`services.${name}.command`);
    if (other === undefined || place === undefined) continue;
    const message = `"${name}" and "${other}" would both be STYXY_PORT_${suffix}; give one of them another name`;
    errors.push({ ...place.error(message), path: `services.${name}` });
  }
}

function checkVariables(reading: Reading, name: string, entry: ServiceEntry, entries: Entries): void {
  for (const [variable, value] of Object.entries(entry.env)) {
    const path = `services.${name}.env.${variable}`;
    if (variable === 'PORT' && listens(entry))
      tell(reading, path, 'is what the lease says; name a wish as "preferred_port" instead');
    for (const used of typeof value === 'string' ? namesIn(value) : []) {
      if (!used.startsWith('STYXY_') || OWN_VARIABLES.includes(used)) continue;
      const told = variablesOf(entries);
      if (told.includes(used)) continue;
      tell(reading, path, `there is no variable ${used}; there are ${[...told, 'STYXY_SLUG'].join(', ')}`);
    }
  }
}

function variablesOf(entries: Entries): string[] {
  return [...entries].flatMap(([name, entry]) => {
    const suffix = variableSuffix(name);
    return listens(entry) ? [`STYXY_PORT_${suffix}`, `STYXY_URL_${suffix}`] : [];
  });
}
