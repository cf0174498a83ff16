// Owns the pictures of the README: the built dashboard over a busy machine, in light and dark. Not part of the gate.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser, openDashboard } from '../test/e2e/browser.ts';
import { type BusyMachine, openBusyMachine } from '../test/e2e/busy-machine.ts';
import { startDaemon } from '../test/e2e/daemon-fixture.ts';

const FOLDER = fileURLToPath(new URL('../docs/images', import.meta.url));
/** How long the machine is busy before its picture is taken, in minutes: the charts need a past. */
const MINUTES = Number(process.argv[2] ?? 10);
const WIDE = { width: 1440, height: 1240 };
const NARROW = { width: 390, height: 844 };

const daemon = await startDaemon({ isBuilt: true });
const machine = openBusyMachine(daemon);
const browser = await launchBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  await populate(machine);
  await goOn(machine);
  for (const [name, colorScheme, viewport] of [
    ['dashboard-light', 'light', WIDE],
    ['dashboard-dark', 'dark', WIDE],
    ['dashboard-narrow', 'dark', NARROW],
  ] as const) {
    const { page, faults, close } = await openDashboard(browser, daemon, { colorScheme, viewport });
    await page.waitForTimeout(1_500);
    const path = join(FOLDER, `${name}.png`);
    await page.screenshot({ path });
    // A palette makes it a third; without the program it stays as it is.
    spawnSync('pngquant', ['--force', '--speed', '1', '--quality', '60-95', '--output', path, path]);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    await close();
  }
} finally {
  await browser.close();
  await machine.stop();
  await daemon.stop();
}

/** Two agents, three worktrees, and what goes wrong among them. */
async function populate({ allocate, checkout, holder, listen, seen }: BusyMachine): Promise<void> {
  const shop = checkout('shop', 'main');
  const cart = checkout('shop-fix-cart', 'fix/cart-total');
  const blog = checkout('blog', 'feature/comments');
  const infra = checkout('infra', 'main');
  const sessions = [
    ['claude-7f3a', cart],
    ['codex-12', blog],
    ['terminal-2', shop],
  ] as const;
  for (const [id, dir] of sessions)
    await daemon.request('POST', '/instance/register', {
      instance_id: id,
      working_directory: dir,
      pid: holder().pid,
    });
  const lease = (type: string, name: string, project: string, more: Record<string, unknown> = {}) =>
    allocate({ service_type: type, service_name: name, project_path: project, ...more });
  const active = [
    await lease('dev', 'web', shop, { instance_id: 'terminal-2' }),
    await lease('api', 'orders', shop, { instance_id: 'terminal-2' }),
    await lease('dev', 'web', cart, { instance_id: 'claude-7f3a' }),
    await lease('api', 'orders', cart, { instance_id: 'claude-7f3a' }),
    await lease('dev', 'blog', blog, { instance_id: 'codex-12' }),
    await lease('docs', 'handbook', blog, { instance_id: 'codex-12' }),
    await lease('database', 'postgres', infra),
    await lease('grpc', 'ledger', infra),
    await lease('storybook-ui', 'buttons', cart, { instance_id: 'claude-7f3a', count: 2 }),
  ];
  await lease('test', 'e2e', cart, { instance_id: 'claude-7f3a' });
  await lease('test', 'unit-ui', blog, { instance_id: 'codex-12' });
  await lease('api', 'preview', blog, { count: 4, instance_id: 'codex-12' });
  await lease('ai', 'ollama', infra);
  for (const each of active) {
    const project = each.project_path ?? shop;
    await listen(project, each.ports);
  }
  const idle = await lease('monitoring', 'grafana', infra);
  const server = await listen(infra, idle.ports);
  await seen(idle.lock_id, ({ state }) => state === 'active');
  server.kill('SIGKILL');
  const stolen = await lease('dev', 'admin', shop, { pid: holder().pid });
  await listen(blog, stolen.ports);
  const dying = holder();
  const orphan = await lease('dev', 'landing', blog, { pid: dying.pid });
  await listen(blog, orphan.ports, { STYXY_LOCK_ID: orphan.lock_id });
  await seen(orphan.lock_id, ({ state }) => state === 'active');
  dying.kill('SIGKILL');
  // A program that nobody asked for, on the port that is asked for next.
  await listen(infra, [3040, 4090, 8090]);
  await lease('dev', 'late', cart, { preferred_port: 3040 });
  for (let more = 0; more < 40; more++) await lease('dev', 'web', more % 3 === 0 ? cart : shop);
  await seen(idle.lock_id, ({ state }) => state === 'idle');
  await seen(stolen.lock_id, ({ state }) => state === 'hijacked');
  await seen(orphan.lock_id, (found) => found.orphan);
  const resting = await lease('api', 'flaky', shop);
  await daemon.request('DELETE', `/allocate/${resting.lock_id}?force=true`);
}

/** Servers come and go, and now and then somebody meets a stranger. */
async function goOn({ allocate, root }: BusyMachine): Promise<void> {
  const end = performance.now() + MINUTES * 60_000;
  for (let round = 0; performance.now() < end; round++) {
    const name = `job-${round % 7}`;
    const preferred = round % 9 === 0 ? { preferred_port: 3040 } : {};
    const { lock_id: id } = await allocate({
      service_type: round % 3 === 0 ? 'test' : 'dev',
      service_name: name,
      project_path: join(root, round % 2 === 0 ? 'shop' : 'blog'),
      ...preferred,
    });
    for (let again = 0; again < Math.round(3 + 3 * Math.sin(round / 12)); again++)
      await allocate({
        service_type: 'api',
        service_name: 'preview',
        project_path: join(root, 'blog'),
        count: 4,
      });
    await daemon.request('DELETE', `/allocate/${id}?force=true`);
    await new Promise((resolve) => setTimeout(resolve, 900 + 700 * Math.sin(round / 20)));
  }
}
