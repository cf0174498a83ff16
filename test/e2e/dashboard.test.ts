// Proves the dashboard in a real browser: what it shows, what it does, how it behaves when the daemon goes away.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import type { LeaseJson } from '../../src/api/schemas.ts';
import {
  launchBrowser,
  openDashboard,
  openPage,
  signInLink,
  type WatchedPage,
  withoutBrowser,
} from './browser.ts';
import { type BusyMachine, openBusyMachine } from './busy-machine.ts';
import { ROOT } from './cli-harness.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { until } from './run-fixture.ts';

const PORTS = 40;

it('the files of the dashboard are less than 100 KB together, compressed', () => {
  const folder = join(ROOT, 'dist', 'dashboard');
  const files = readdirSync(folder);
  assert.ok(files.includes('index.html') && files.length === 4, files.join());
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  assert.ok(bytes < 100_000, `${bytes} bytes`);
});

describe('the dashboard', { skip: withoutBrowser }, () => {
  let daemon: TestDaemon;
  let machine: BusyMachine;
  let browser: Browser;
  let shop: string;
  const [first, last] = freeRange('picturing', PORTS + 1);
  const range = [first, last - 1] as const;
  before(async () => {
    const config = { service_types: { web: { range, description: 'Servers of this test' } } };
    // The page knows one address: the daemon that comes back must have it again.
    daemon = await startDaemon({ isBuilt: true, config, env: { STYXY_API_PORT: String(last) } });
    machine = openBusyMachine(daemon);
    shop = machine.checkout('shop', 'fix/cart');
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await machine?.stop();
    await daemon?.stop();
  });

  const lease = (name: string, more: Record<string, unknown> = {}) =>
    machine.allocate({ service_type: 'web', service_name: name, project_path: shop, ...more });
  const row = (page: Page, name: string) => page.locator('.table-space .row').filter({ hasText: name });
  /** Runs a test on a page that has done nothing wrong afterwards. */
  async function onPage(
    use: (page: Page, watched: WatchedPage) => Promise<void>,
    options = {},
  ): Promise<void> {
    const watched = await openDashboard(browser, daemon, options);
    try {
      await use(watched.page, watched);
      assert.deepEqual(watched.faults, []);
    } finally {
      await watched.close();
    }
  }
  const exists = async ({ lock_id: id }: { lock_id: string }): Promise<boolean> => {
    const { body } = await daemon.request<{ allocations: LeaseJson[] }>('GET', '/allocations');
    return body.allocations.some((each) => each.lock_id === id);
  };

  it('is signed in by its link once, keeps that for the tab, and leaves no code behind', async () => {
    const link = await signInLink(daemon);
    const first = await openPage(browser, daemon);
    await first.page.goto(link);
    await first.page.getByText('Live', { exact: true }).waitFor();
    assert.equal(first.page.url(), `http://127.0.0.1:${daemon.port}/`);
    await first.page.reload();
    await first.page.getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(await first.page.context().cookies(), []);
    const second = await openPage(browser, daemon);
    await second.page.goto(link);
    await second.page.getByText(/used already/).waitFor();
    assert.ok(await second.page.getByText('styxy ui', { exact: true }).isVisible());
    assert.deepEqual(first.faults, []);
    await first.close();
    await second.close();
  });

  it('shows leases as they come, change and go', async () => {
    await onPage(async (page) => {
      const made = await lease('arriving', { instance_id: 'claude-7' });
      await row(page, 'arriving').getByText('reserved').waitFor();
      const text = await row(page, 'arriving').innerText();
      for (const part of [String(made.port), 'shop', 'fix/cart', 'claude-7'])
        assert.ok(text.includes(part), part);
      await machine.listen(shop, made.ports);
      await row(page, 'arriving').getByText('active').waitFor();
      const open = row(page, 'arriving').getByRole('link', { name: /Open port/ });
      assert.equal(await open.getAttribute('href'), made.url);
      await daemon.request('DELETE', `/allocate/${made.lock_id}?force=true`);
      await row(page, 'arriving').waitFor({ state: 'detached' });
      await page.locator('.event', { hasText: 'released' }).filter({ hasText: 'arriving' }).waitFor();
    });
  });

  it('explains each port of the map to the pointer and to the keyboard', async () => {
    const made = await lease('mapped');
    await onPage(async (page) => {
      const strip = page.getByRole('slider', { name: /^Ports of web/ });
      const index = made.port - range[0];
      await strip.focus();
      for (let step = 0; step < index; step++) await page.keyboard.press('ArrowRight');
      const words = await strip.getAttribute('aria-valuetext');
      assert.match(
        words ?? '',
        new RegExp(`^${made.port}, reserved\\..*service mapped \\(web\\), project shop`),
      );
      await page.locator('.port-card', { hasText: String(made.port) }).waitFor();
      await page.keyboard.press('End');
      assert.match((await strip.getAttribute('aria-valuetext')) ?? '', new RegExp(`^${range[1]}, free`));
      await page.keyboard.press('Escape');
      await page.locator('.port-card').waitFor({ state: 'detached' });
      await page.keyboard.press('Home');
      await page.keyboard.press('Tab');
      await strip.hover({ position: { x: (index % 25) * 11 + 4, y: 4 } });
      await page.locator('.port-card', { hasText: 'mapped (web)' }).waitFor();
      await strip.click({ position: { x: (index % 25) * 11 + 4, y: 4 } });
      assert.equal(await page.getByRole('searchbox').inputValue(), String(made.port));
    });
    await daemon.request('DELETE', `/allocate/${made.lock_id}`);
  });

  it('finds leases by what they are, and says when there is none', async () => {
    const blog = machine.checkout('blog', 'main');
    const made = [
      await lease('findme', { instance_id: 'codex-1' }),
      await lease('other', { project_path: blog }),
    ];
    await onPage(async (page) => {
      const search = page.getByRole('searchbox');
      await search.fill('findme cart');
      await page.getByText('1 lease found').waitFor();
      assert.equal(await row(page, 'other').count(), 0);
      await search.fill(String(made[1]?.port));
      await row(page, 'other').waitFor();
      await search.fill('no such thing');
      await page.getByText('No lease is like that.').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByLabel('Project', { exact: true }).selectOption({ label: 'blog' });
      await page.getByText('1 lease found').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByLabel('Session', { exact: true }).selectOption('codex-1');
      await row(page, 'findme').waitFor();
      assert.equal(await row(page, 'other').count(), 0);
    });
    for (const { lock_id: id } of made) await daemon.request('DELETE', `/allocate/${id}?force=true`);
  });

  it('releases a lease after it said whom it hits, and not when the answer is no', async () => {
    const made = await lease('unwanted', { instance_id: 'claude-9' });
    await onPage(async (page) => {
      const release = row(page, 'unwanted').getByRole('button', { name: `Release port ${made.port}` });
      await release.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: `Release port ${made.port}?` });
      await dialog.waitFor();
      const text = await dialog.innerText();
      for (const part of ['unwanted (web)', shop, 'fix/cart', 'claude-9'])
        assert.ok(text.includes(part), part);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      assert.ok(await exists(made));
      assert.match(await page.locator(':focus').innerText(), new RegExp(`Release\\sport ${made.port}`));
      await release.click();
      await dialog.getByRole('button', { name: `Release ${made.port}` }).click();
      await page.getByText(`Port ${made.port} released`).waitFor();
      await row(page, 'unwanted').waitFor({ state: 'detached' });
      assert.ok(!(await exists(made)));
    });
  });

  it('ends a server whose holder is gone, after it said which process', async () => {
    const holder = machine.holder();
    const made = await lease('left', { pid: holder.pid });
    const server = await machine.listen(shop, made.ports, { STYXY_LOCK_ID: made.lock_id });
    const stranger = await machine.listen(shop, [range[1]]);
    await machine.seen(made.lock_id, ({ state }) => state === 'active');
    await onPage(async (page) => {
      holder.kill('SIGKILL');
      await row(page, 'left').getByText('orphan', { exact: true }).waitFor();
      await row(page, 'left').getByRole('button', { name: /^End/ }).click();
      const dialog = page.getByRole('dialog', { name: `End the server on port ${made.port}?` });
      await dialog.getByText(`This ends process ${server.pid}`).waitFor();
      await dialog.getByRole('button', { name: 'End it' }).click();
      await page.getByText(/was ended, and its lease released/).waitFor();
      await until('its end', () => (server.signalCode === 'SIGTERM' ? true : null));
      assert.equal(stranger.exitCode ?? stranger.signalCode, null, 'nobody else was ended');
      assert.ok(!(await exists(made)));
    });
    stranger.kill('SIGKILL');
  });

  it('cleans up what is idle, and says what it would end', async () => {
    const made = await lease('stale');
    await onPage(async (page) => {
      await page.getByRole('button', { name: 'Clean up…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Clean up?' });
      await dialog.getByText('No lease is stale.').waitFor();
      await dialog.getByRole('checkbox', { name: /Reserved and idle/ }).check();
      await dialog.getByText('stale', { exact: true }).waitFor();
      await dialog.getByRole('button', { name: /^End \d+ lease/ }).click();
      await page
        .getByText(/leases? ended/)
        .first()
        .waitFor();
      assert.ok(!(await exists(made)));
    });
  });

  it('says that the daemon is away, and goes on by itself', async () => {
    const made = await lease('lasting');
    const watched = await openDashboard(browser, daemon);
    const { page } = watched;
    await daemon.kill9();
    await page.getByText('The daemon is away.').waitFor();
    assert.ok(await row(page, 'lasting').isVisible(), 'what was known stays to be seen');
    await daemon.restart();
    assert.equal(daemon.port, last);
    await daemon.request('DELETE', `/allocate/${made.lock_id}?force=true`);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await row(page, 'lasting').waitFor({ state: 'detached' });
    assert.deepEqual(watched.faults, []);
    await watched.close();
  });

  it('is signed out when the token is rotated', async () => {
    await onPage(async (page) => {
      await daemon.request('POST', '/token/rotate');
      await page.getByText('This session is over.').waitFor({ timeout: 25_000 });
      assert.equal(await page.evaluate('sessionStorage.length'), 0);
    });
  });
});
