// Owns the program that is killed at one of its writes: it commits a few leases and says of each that it was committed.

import { writeSync } from 'node:fs';
import { aLease, granted } from './store-changes.ts';
import { createSqliteHome } from './store-home.ts';

const [dir = '', synchronous = 'normal', commits = '0'] = process.argv.slice(2);
const store = createSqliteHome(dir).open({ synchronous: synchronous === 'full' ? 'full' : 'normal' });
for (let fence = 1; fence <= Number(commits); fence++) {
  if (fence % 4 === 1) await store.reserveFences(fence + 4);
  await store.commit([granted(aLease({ lockId: `lock-${fence}`, port: 10_000 + fence, fence }))]);
  // At once, and by a call that the recording sees in its place among the others.
  writeSync(1, `ack ${fence}\n`);
}
await store.close();
