// Owns what is known of the services of a project: their images and what they publish, from what `config` prints.

import { type PortEntry, readPort } from './ports.ts';

export interface ComposeService {
  readonly name: string;
  readonly image: string | null;
  /** A name that no two containers of a machine may have; null where Compose finds one. */
  readonly containerName: string | null;
  readonly ports: readonly PortEntry[];
}

export interface ComposeModel {
  readonly services: readonly ComposeService[];
  /** What was left alone because it is not certain, in sentences. */
  readonly unsure: readonly string[];
}

/**
 * @param config what `docker compose config` says, parsed
 * @returns null where it has no services, as what is no answer of Compose has not
 */
export function modelOf(config: unknown): ComposeModel | null {
  const named = Object.entries(recordOf(recordOf(config).services));
  if (named.length === 0) return null;
  const services = named.map(([name, service]) => serviceOf(name, recordOf(service)));
  return { services, unsure: services.flatMap(doubtsOf) };
}

/** @param service with its variables filled in */
export function serviceOf(name: string, service: Readonly<Record<string, unknown>>): ComposeService {
  const { image, container_name: container, ports, network_mode: network } = service;
  // In the host's own network nothing is published.
  const list = network !== 'host' && Array.isArray(ports) ? ports : [];
  return {
    name,
    image: typeof image === 'string' && image !== '' ? image : null,
    containerName: typeof container === 'string' && container !== '' ? container : null,
    ports: list.map(readPort),
  };
}

/** What of a service's ports was left alone, and why. */
export function doubtsOf({ name, ports }: ComposeService): string[] {
  return ports.flatMap((port) =>
    port.kind === 'left' && port.reason !== null ? [`${name}: ${port.reason}, so that port stays`] : [],
  );
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
