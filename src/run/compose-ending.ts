// Owns what becomes of the leases of a project that is taken down: they are released at once, so that their ports need no rest.

import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, expectOk } from '../client/client.ts';
import { movesOf } from '../compose/moves.ts';
import { allowedName } from '../project/project.ts';
import { listenerOf, releaseNew } from './compose-leases.ts';
import { readProject } from './compose-project.ts';
import type { ComposeScene } from './compose-scene.ts';

/** Releases the leases of a project's services on which nobody listens any more. Never fails: what stays ends by itself. */
export async function releaseDowned(
  { run, files, env, project }: Pick<ComposeScene, 'run' | 'files' | 'env' | 'project'>,
  reach: () => Promise<Client>,
): Promise<void> {
  try {
    const { model } = await readProject(run, files, env);
    const moves = model === null ? [] : movesOf(model).moves;
    const client = await reach();
    const path = `/allocations?project_path=${encodeURIComponent(project.path)}`;
    const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
    const isItsOwn = (lease: LeaseJson, name: string, protocol: string): boolean =>
      lease.service_name === allowedName(name) && lease.protocol === protocol;
    for (const move of moves) {
      const lease = allocations.find((each) => isItsOwn(each, move.name, move.protocol));
      if (lease === undefined || (await listenerOf(client, lease)) !== null) continue;
      await releaseNew(client, [{ move, lease, isFormer: false }]);
    }
  } catch {
    // Without a daemon there is nobody to tell; the next one sees that nobody listens.
  }
}
