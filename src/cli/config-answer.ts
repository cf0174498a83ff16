// Owns the reading of the daemon's configuration for commands: its types as rows, and where each is from.

import type { ConfigAnswer } from '../api/schemas-daemon.ts';
import { expectOk } from '../client/client.ts';
import type { Invocation } from './command.ts';
import { reach } from './reach.ts';

export interface TypeRow {
  readonly name: string;
  readonly range: readonly number[];
  readonly preferredPorts: readonly number[];
  readonly behaviour: string;
  readonly source: string;
}

export async function fetchConfig(invocation: Invocation): Promise<ConfigAnswer> {
  const client = await reach(invocation);
  const answer = expectOk(await client.request<ConfigAnswer>('GET', '/config'));
  client.close();
  return answer;
}

export function typesOf({ config, sources }: ConfigAnswer): TypeRow[] {
  return Object.entries(objectOf(config.service_types)).map(([name, value]) => {
    const type = objectOf(value);
    return {
      name,
      range: numbersOf(type.range),
      preferredPorts: numbersOf(type.preferred_ports),
      behaviour: String(type.instance_behavior ?? 'multi'),
      source: sourceOf(sources, `service_types.${name}`),
    };
  });
}

/** The source of a path, else of the nearest thing that holds it. */
export function sourceOf(sources: Readonly<Record<string, string>>, path: string): string {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const source = sources[at];
    if (source !== undefined) return source;
  }
  const inside = new Set(
    Object.entries(sources).flatMap(([key, source]) => (key.startsWith(`${path}.`) ? [source] : [])),
  );
  return [...inside].join(', ') || 'default';
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((each): each is number => typeof each === 'number') : [];
}
