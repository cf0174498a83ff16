// Owns what the page says while the daemon is away.

import { connection, isLoaded } from '../state.ts';
import { retry } from '../sync.ts';

export function AwayBanner() {
  const { value: connected } = connection;
  if (connected.kind !== 'away') return null;
  const since = new Date(connected.since).toLocaleTimeString([], { hour12: false });
  return (
    <div class="banner" role="alert">
      <div>
        <strong>The daemon is away.</strong> {isLoaded.value ? `What you see is as of ${since}. ` : ''}
        The page goes on by itself when it is back; <code>styxy daemon start</code> starts it.
      </div>
      <button type="button" class="button" onClick={retry}>
        Try now
      </button>
    </div>
  );
}
