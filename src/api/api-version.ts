// Owns the versions: of the HTTP API, within which there are only additions, and of the package.

import manifest from '../../package.json' with { type: 'json' };

/** Stands in `/health`, `/status` and `daemon.json`; a client refuses to talk to one it does not know. */
export const API_VERSION = 1;

/** The package's version. */
export const VERSION: string = manifest.version;
