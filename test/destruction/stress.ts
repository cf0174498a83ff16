// Owns `npm run stress`: a few minutes of everything that is done to a daemon, on a user's own machine, in a home of its own
// that is removed afterwards.

import { startDaemon } from '../e2e/daemon-fixture.ts';
import { freeRange } from '../e2e/port-range.ts';
import { Broken, mixedLoad } from './mixed-load.ts';
import { ORDEALS, PORTS, TYPE } from './ordeals.ts';

const LOAD_TYPE = 'soaked';
const LOAD_PORTS = 400;
const CLIENTS = 32;
const ROUNDS = 10;
const ROUND_MS = 2_000;

if (process.platform !== 'linux') {
  console.error('npm run stress reads the descriptors of a process from /proc, which Linux alone has');
  process.exit(2);
}
// The fixture still ends its daemon and removes its home.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const daemon = await startDaemon({
  isBuilt: true,
  config: {
    service_types: {
      [TYPE]: { range: freeRange('abusing', PORTS) },
      [LOAD_TYPE]: { range: freeRange('soaking', LOAD_PORTS) },
    },
    auto_allocation: { enabled: false },
  },
});
const load = mixedLoad(daemon.home.socket, LOAD_TYPE, CLIENTS);
try {
  for (let round = 1; round <= ROUNDS; round++) {
    await load.work(ROUND_MS);
    await daemon.kill9();
    await daemon.restart();
    await load.compare();
  }
  console.log(
    `mixed load: ${load.answers} answers, ${load.grants} grants, all there after ${ROUNDS} times kill -9`,
  );
  for (const [name, ordeal] of Object.entries(ORDEALS)) console.log(`${name}: ${await ordeal(daemon)}`);
  await load.compare();
  console.log('nothing lost, no port twice');
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  load.close();
  await daemon.stop();
}
