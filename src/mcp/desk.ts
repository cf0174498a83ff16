// Owns what the tools of the MCP server reach: the daemon, anew for each call, and the project of a directory.

import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { resolveOwnHome } from '../home.ts';
import { findProject, type Project } from '../project/project.ts';

export interface Desk {
  /** Those of the agent that started the server: STYXY_HOME, STYXY_INSTANCE. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * The body of a successful answer.
   *
   * @param path with its query, already encoded
   * @throws StyxyError the daemon's refusal, or DAEMON_UNREACHABLE
   */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** @throws StyxyError INVALID_REQUEST when there is no such directory */
  projectOf(cwd: string): Project;
}

/** The first leases that match, and how many there are in all. */
export interface FoundLeases {
  readonly leases: readonly LeaseJson[];
  readonly count: number;
}

/** The daemon may be replaced between two calls of a session that lasts for days: each call finds it anew. */
export function openDesk(env: NodeJS.ProcessEnv): Desk {
  return {
    env,
    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const client: Client = await connect({ home: resolveOwnHome(env), env });
      try {
        return expectOk(await client.request<T>(method, path, body));
      } finally {
        client.close();
      }
    },
    projectOf: findProject,
  };
}

/** @param filter the fields of a query of `GET /allocations` */
export async function findLeases(
  desk: Desk,
  filter: Readonly<Record<string, string | number>>,
): Promise<FoundLeases> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  const path = `/allocations?${query}`;
  const { allocations, count } = await desk.ask<AllocationsAnswer>('GET', path);
  return { leases: allocations, count };
}
