// Owns the trial that every tool must pass: two copies at once, each on its own port, and an end that leaves nothing.

import assert from 'node:assert/strict';
import { strayFiles } from './checkouts.ts';
import type { Tool } from './tool.ts';
import { processesOf, type Workshop } from './workshop.ts';

const COPIES = ['main', 'fix-ui'];

/**
 * Starts a tool in two checkouts of one project, without a port on its command line, and ends both by SIGTERM to
 * `styxy run`.
 */
export async function tryTwoCopies(workshop: Workshop, tool: Tool): Promise<void> {
  const checkouts = workshop.checkouts(tool.name, tool, COPIES);
  const copies = checkouts.map((checkout) => workshop.start(tool, checkout));
  const leases = await Promise.all(copies.map((copy) => workshop.served(copy, tool.answers)));

  const ports = leases.map(({ port }) => port);
  assert.equal(new Set(ports).size, COPIES.length, `both have ${ports}`);
  for (const [at, { checkout }] of copies.entries()) {
    const lease = leases[at];
    assert.deepEqual([lease?.project_path, lease?.service_type], [checkout.path, tool.serviceType]);
    const { allocated_to, system_usage } = await workshop.check(lease?.port ?? 0);
    assert.equal(allocated_to?.project_path, checkout.path);
    assert.ok(system_usage !== null);
  }

  const statuses = await workshop.end(...copies);
  // Some tools end by the signal, and others catch it and have a status of their own.
  for (const status of statuses) assert.ok(status === 0 || status === 143, `it ended with ${status}`);
  for (const checkout of checkouts) {
    assert.deepEqual(processesOf(checkout.path), []);
    assert.equal(strayFiles(checkout), '');
  }
  const left = (await workshop.fixture.leases()).filter(({ port }) => ports.includes(port));
  assert.deepEqual(left, []);
  for (const port of ports) assert.equal((await workshop.check(port)).available, true);
}
