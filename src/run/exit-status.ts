// Owns the exit status of a command: its own, or what a shell would say in its place.

import { constants } from 'node:os';

/** How a command ended: it exited, a signal ended it, or it could not be started. */
export type Ending =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly code: string };

/** What a shell answers for a command that was found and cannot be executed. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** The status that stands for `ending`: 128 + signal, 127 not found, 126 not executable. */
export function exitStatus(ending: Ending): number {
  switch (ending.kind) {
    case 'exited':
      return ending.status;
    case 'signalled':
      return 128 + constants.signals[ending.signal];
    case 'not-started':
      return ending.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
  }
}
