// Owns the check of containers and sandboxes: whether the daemon's ports are the ports here.

import { readNetNamespace } from '../../client/place.ts';
import { type Check, note, ok, trouble } from '../check.ts';
import type { Scene } from '../scene.ts';

export const containers: Check = {
  id: 'containers',
  title: 'Containers',
  why: 'Each network has ports of its own: one that is free where the daemon is may be taken here, and a server here is not seen there.',
  fixes: null,
  needs: 'nothing',
  async run(scene) {
    const kind = containerKind(scene);
    const info = scene.home === null ? null : (await scene.daemon()).info;
    const [here, there] = [readNetNamespace(), info?.netNamespace ?? null];
    if (here !== null && there !== null && here !== there)
      return trouble(
        'the daemon is in another network than this, as outside of a container or sandbox',
        'Set STYXY_HOME to a directory of its own, and this place gets a daemon of its own.',
      );
    if (kind === null) return ok('this is none');
    return note(
      `this is a container (${kind}); its ports are reached from outside only where they are published`,
      'Publish the range, as by `docker run -p 3000-3099:3000-3099`, or use the network of the host.',
    );
  },
};

function containerKind({ readText, env }: Scene): string | null {
  if (readText('/.dockerenv') !== null) return 'Docker';
  const podman = readText('/run/.containerenv');
  if (podman !== null) return 'Podman';
  const cgroup = readText('/proc/1/cgroup') ?? '';
  if (/kubepods/.test(cgroup) || env.KUBERNETES_SERVICE_HOST !== undefined) return 'Kubernetes';
  if (/\/(?:docker|lxc|containerd)[/-]/.test(cgroup)) return 'by its control group';
  return env.container === undefined || env.container === '' ? null : env.container;
}
