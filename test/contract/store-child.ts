// Owns the program that the store's tests run in another process, to be killed or to compete for the lock.

import { StyxyError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { aLease, granted } from './store-changes.ts';
import { createSqliteHome } from './store-home.ts';

const [task = '', dir = '', value = ''] = process.argv.slice(2);

/** Waits for its end by signal; standard input keeps the process alive no longer than its parent. */
function holdOn(): void {
  process.stdin.resume().on('end', () => process.exit());
}

function tryOpen(): Store | null {
  try {
    return createSqliteHome(dir).open();
  } catch (error) {
    console.log(error instanceof StyxyError ? error.code : String(error));
    return null;
  }
}

const store = tryOpen();
if (store !== null) {
  if (task === 'hold') {
    console.log('open');
    holdOn();
  } else if (task === 'grant') {
    for (let fence = Number(value); ; fence++) {
      if (fence % 100 === 0) await store.reserveFences(fence + 200);
      await store.commit([granted(aLease({ lockId: `lock-${fence}`, port: 10_000 + fence, fence }))]);
      // Straight to the pipe: what the parent reads was committed before.
      process.stdout.write(`${fence}\n`);
    }
  }
}
