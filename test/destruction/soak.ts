// Owns `npm run soak`: mixed load at full speed on the built daemon, with flat memory and descriptors.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startDaemon, type TestDaemon } from '../e2e/daemon-fixture.ts';
import { freeRange } from '../e2e/port-range.ts';
import { Broken, mixedLoad } from './mixed-load.ts';

const TYPE = 'soaked';
const CLIENTS = 32;
const PORTS = 400;
/** Into so many parts the time is divided: after each, work pauses, everything is compared, and the daemon is measured. */
const PARTS = 20;
/** The daemon's caches fill in the first parts; they say nothing about a leak. */
const WARM_UP = 8;
/** How much more the last parts may have than the first ones after the warm-up. */
const MOST_GROWTH = 1.25;

interface Sample {
  readonly residentMiB: number;
  readonly descriptors: number;
}

function sample(pid: number): Sample {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return { residentMiB: Number(kib) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** How the second half of what was measured after the warm-up stands to the first one. */
function growth(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const settled = samples.slice(WARM_UP).map(of);
  const middle = Math.floor(settled.length / 2);
  return median(settled.slice(middle)) / median(settled.slice(0, middle));
}

async function soak(daemon: TestDaemon, minutes: number): Promise<void> {
  const { pid } = daemon;
  const load = mixedLoad(daemon.home.socket, TYPE, CLIENTS);
  const samples: Sample[] = [];
  const started = performance.now();
  try {
    for (let part = 1; part <= PARTS; part++) {
      await load.work((minutes * 60_000) / PARTS);
      await load.compare();
      const now = sample(pid);
      samples.push(now);
      console.log(
        `${String(part).padStart(2)}/${PARTS}  ${load.answers} answers, ${load.grants} grants, ${load.held} leases; ${now.residentMiB.toFixed(1)} MiB, ${now.descriptors} descriptors`,
      );
    }
    const seconds = (performance.now() - started) / 1000;
    await daemon.kill9();
    await daemon.restart();
    await load.compare();
    const memory = growth(samples, ({ residentMiB }) => residentMiB);
    const descriptors = growth(samples, ({ descriptors: count }) => count);
    const stateMiB = statSync(daemon.home.store).size / 2 ** 20;
    console.log(
      `${load.answers} answers in ${seconds.toFixed(0)} s (${(load.answers / seconds).toFixed(0)} a second), ${load.grants} grants, ${load.refusals} refusals as due; nothing lost, no port twice, also after kill -9; memory ×${memory.toFixed(2)}, descriptors ×${descriptors.toFixed(2)}, state ${stateMiB.toFixed(1)} MiB`,
    );
    for (const [what, ratio] of [
      ['memory', memory],
      ['descriptors', descriptors],
    ] as const)
      if (ratio > MOST_GROWTH) throw new Broken(`${what} grew to ${ratio.toFixed(2)} times what it was`);
  } finally {
    load.close();
  }
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 10_000)) {
  console.error('usage: npm run soak [-- --minutes N]');
  process.exit(2);
}
// With 130, the fixture still ends its daemon and removes its home.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const daemon = await startDaemon({
  isBuilt: true,
  config: {
    service_types: { [TYPE]: { range: freeRange('soaking', PORTS) } },
    auto_allocation: { enabled: false },
  },
});
try {
  await soak(daemon, minutes);
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  await daemon.stop();
}
