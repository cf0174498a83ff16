// Owns the check of the Node that runs the command line.

import { type Check, note, ok, trouble } from '../check.ts';

/** What package.json names under `engines`. */
const LEAST = { major: 22, minor: 13 } as const;

export const nodeVersion: Check = {
  id: 'node',
  title: 'Node',
  why: 'Older Nodes have no SQLite built in; without net.BoundSocket, candidates are probed by listening for a moment, in which an app that binds the same port fails.',
  fixes: null,
  needs: 'nothing',
  async run({ nodeVersion: version, hasBoundSocket }) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < LEAST.major || (major === LEAST.major && minor < LEAST.minor))
      return trouble(`${version} is older than 22.13`, 'Install Node 24: https://nodejs.org.');
    if (hasBoundSocket) return ok(version);
    return note(
      `${version} works, and probes ports by listening for a moment`,
      'Node 24.21 or later only binds them.',
    );
  },
};
