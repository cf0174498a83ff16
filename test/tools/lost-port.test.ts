// Proves what happens when a stranger takes the port between the grant and the bind: real tools fail, move, or end with 0.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bytes } from './answers.ts';
import type { Checkout } from './checkouts.ts';
import { DEBIAN_TOOLS } from './debian-tools.ts';
import { type Gap, openGap } from './gap.ts';
import { debianVersion, npmVersion, PROGRAMS, skipReason } from './met.ts';
import { NPM_TOOLS } from './npm-tools.ts';
import type { Tool } from './tool.ts';
import { openWorkshop, processesOf, type Workshop } from './workshop.ts';

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: true });
});
after(() => workshop.close());

interface Case {
  readonly tool: string;
  /** The program that binds. */
  readonly program: string;
  /** What the tool does when its port is taken. */
  readonly habit: string;
  /** Where the stranger listens. */
  readonly host: string;
}

const CASES: readonly Case[] = [
  { tool: 'Flask', program: 'flask', habit: 'fails', host: '127.0.0.1' },
  { tool: 'Redis', program: 'redis-server', habit: 'fails', host: '0.0.0.0' },
  { tool: 'memcached', program: 'memcached', habit: 'keeps to IPv6', host: '127.0.0.1' },
  { tool: 'Vite', program: 'vite', habit: 'fails, told to be strict', host: '127.0.0.1' },
  { tool: 'Docusaurus', program: 'docusaurus', habit: 'ends with 0', host: '127.0.0.1' },
  { tool: 'Astro', program: 'astro', habit: 'moves to the next port', host: '127.0.0.1' },
  { tool: 'Nuxt', program: 'nuxt', habit: 'moves to port 3000', host: '0.0.0.0' },
  { tool: 'serve', program: 'serve', habit: 'moves to a random port', host: '127.0.0.1' },
];

/** Nobody may have ended the stranger. */
const IS_STRANGER = bytes('', /^a stranger's/);

/** A checkout in which the tool's program has a gap in front of it, or null where the tool is missing. */
async function withGap({ tool: name, program, host }: Case, t: TestContext) {
  const npm = NPM_TOOLS.find((each) => each.name === name);
  const debian = DEBIAN_TOOLS.find((each) => each.name === name);
  const tool: Tool | undefined = npm ?? debian;
  assert.ok(tool !== undefined);
  const version = npm === undefined ? debian && debianVersion(debian) : npmVersion(npm, workshop.packages);
  if (version == null) {
    t.skip(skipReason(`${program} is missing`));
    return null;
  }
  t.diagnostic(version);
  const [checkout] = workshop.checkouts(`${t.name} ${name}`, tool, ['main']);
  assert.ok(checkout !== undefined);
  const real = npm === undefined ? which(program) : join(workshop.packages, '.bin', program);
  const gap = await openGap(program, real, host);
  if (npm !== undefined) putFirst(gap, program, checkout);
  return { tool, checkout, gap };
}

/** npm looks into the checkout's own folder of programs before all others. */
function putFirst(gap: Gap, program: string, { path }: Checkout): void {
  const bin = join(path, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(gap.bin, program), join(bin, program));
}

function which(program: string): string {
  const env = { PATH: PROGRAMS };
  return spawnSync('sh', ['-c', `command -v ${program}`], { env, encoding: 'utf8' }).stdout.trim();
}

describe('a port that a stranger takes before the app binds', { concurrency: 2 }, () => {
  for (const each of CASES) {
    it(`is replaced by another one for ${each.tool}, which ${each.habit}`, async (t) => {
      const place = await withGap(each, t);
      if (place === null) return;
      const { tool, checkout, gap } = place;
      try {
        const run = workshop.run(['--', ...tool.command(checkout.path)], checkout.path, {
          PATH: workshop.path(gap.bin),
        });
        const lease = await workshop.served({ checkout, run }, tool.answers);
        const [lost] = gap.ports;
        assert.equal(gap.ports.length, 2, `it started ${gap.ports.length} times`);
        assert.deepEqual(gap.ports, [lost, lease.port]);
        assert.notEqual(lease.port, lost);
        assert.match(run.err(), new RegExp(`\\b${lost}\\b.*\\b${lease.port}\\b`, 's'));
        assert.ok(await IS_STRANGER(lost ?? 0, '', ''));

        await workshop.end({ run });
        assert.deepEqual(processesOf(checkout.path), []);
        const left = await workshop.fixture.leases();
        assert.ok(!left.some(({ project_path }) => project_path === checkout.path));
      } finally {
        await gap.close();
      }
    });
  }
});
