// Owns the check of the versions of command line and daemon against each other.

import { API_VERSION, VERSION } from '../../api/api-version.ts';
import { compareVersions } from '../../client/daemon-version.ts';
import { lifeOf } from '../../client/running-daemon.ts';
import { type Check, note, ok, trouble } from '../check.ts';

export const versionSkew: Check = {
  id: 'versions',
  title: 'Versions',
  why: 'A newer command line replaces an older daemon, never the reverse; with two versions of the API they do not understand each other.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    const { info } = await scene.daemon();
    if (info === null || info.version === null || lifeOf(info) === 'gone') return ok(`styxy ${VERSION}`);
    const { version, apiVersion } = info;
    const both = `the daemon is of version ${version}, this styxy of version ${VERSION}`;
    const isOlder = compareVersions(version, VERSION) < 0;
    const remedy = isOlder
      ? '`styxy daemon restart` puts one of this version in its place; no lease is lost.'
      : `Use the newer one: \`npm install -g styxy@${version}\`, or the version that your project depends on.`;
    if (apiVersion !== null && apiVersion !== API_VERSION)
      return trouble(`${both}, and they speak versions ${apiVersion} and ${API_VERSION} of the API`, remedy);
    if (version === VERSION) return ok(`${VERSION}, the daemon’s too`);
    return note(both, remedy);
  },
};
