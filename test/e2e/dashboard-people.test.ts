// Proves that the dashboard is for everybody, and for any content: axe in light and dark, narrow screens, keys alone,
// names that were made to break a page, and five thousand leases.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openDashboard, openPage, type WatchedPage, withoutBrowser } from './browser.ts';
import { type BusyMachine, openBusyMachine } from './busy-machine.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

const { source: AXE }: { source: string } = createRequire(import.meta.url)('axe-core');

/** The part of an element of the page that is of use here. */
interface Scrolled {
  readonly scrollTop: number;
  readonly clientHeight: number;
  scrollTo(x: number, y: number): void;
}

/** What axe objects to, by rule and element; every rule of WCAG 2.2 AA, and what is good practice besides. */
async function objections(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

describe('the dashboard, for everybody', { skip: withoutBrowser }, () => {
  let daemon: TestDaemon;
  let machine: BusyMachine;
  let browser: Browser;
  const [first, last] = freeRange('picturing', 20);
  const HOSTILE = `<img src=x onerror="document.title='owned'"> 'q" &amp; ünï 日本`;
  before(async () => {
    daemon = await startDaemon({
      isBuilt: true,
      config: {
        service_types: {
          web: { range: [first, last - 10], description: '"><script>document.title="owned"</script>' },
          one: { range: [last - 9, last], instance_behavior: 'single' },
        },
      },
    });
    machine = openBusyMachine(daemon);
    browser = await launchBrowser();
    const hostile = machine.checkout(HOSTILE, '"><svg onload=document.title="owned">');
    const lease = (name: string, more: Record<string, unknown> = {}) =>
      machine.allocate({ service_type: 'web', service_name: name, project_path: hostile, ...more });
    await daemon.request('POST', '/instance/register', {
      instance_id: 'claude-7',
      working_directory: hostile,
    });
    const served = await lease('trap', { instance_id: 'claude-7' });
    await machine.listen(hostile, served.ports);
    await lease('waiting');
    await machine.allocate({ service_type: 'one', service_name: 'single', project_path: hostile });
    const stolen = await lease('stolen', { pid: machine.holder().pid });
    const foreign = machine.checkout('else\u202egnp.exe', 'main');
    await machine.listen(foreign, stolen.ports);
    await machine.listen(foreign, [last - 10]);
    // It meets the stranger, whose directory is what the audit tells of it.
    await lease('met', { preferred_port: last - 10 });
    await machine.allocate({ service_type: 'made-up', service_name: 'x', project_path: hostile });
    await machine.seen(stolen.lock_id, ({ state }) => state === 'hijacked');
    await machine.seen(served.lock_id, ({ state }) => state === 'active');
  });
  after(async () => {
    await browser?.close();
    await machine?.stop();
    await daemon?.stop();
  });

  async function finished({ faults, close }: WatchedPage): Promise<void> {
    await close();
    assert.deepEqual(faults, []);
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe objects to in ${colorScheme}, with a question open, with the daemon away, and signed out`, async () => {
      const watched = await openDashboard(browser, daemon, {
        colorScheme,
        viewport: { width: 1440, height: 1000 },
      });
      const { page } = watched;
      await page.locator('.row-hijacked').first().waitFor();
      assert.deepEqual(await objections(page), []);
      await page
        .getByRole('button', { name: /^Release port/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await objections(page), []);
      await page.keyboard.press('Escape');
      await page.route('**/events', (route) => route.abort());
      await page.reload();
      await page.getByText('The daemon is away.').waitFor();
      assert.deepEqual(await objections(page), []);
      await finished(watched);
      const signedOut = await openPage(browser, daemon, { colorScheme });
      await signedOut.page.goto(`http://127.0.0.1:${daemon.port}/`);
      await signedOut.page.getByText('styxy ui', { exact: true }).waitFor();
      assert.deepEqual(await objections(signedOut.page), []);
      await finished(signedOut);
    });
  }

  it('shows names that were made to break a page as the names that they are', async () => {
    const watched = await openDashboard(browser, daemon);
    const { page } = watched;
    const row = page.locator('.table-space .row').filter({ hasText: 'trap' });
    assert.ok((await row.innerText()).includes(HOSTILE));
    assert.ok((await row.innerText()).includes('"><svg onload'));
    await row.getByRole('button', { name: /^Release/ }).click();
    assert.ok((await page.getByRole('dialog').innerText()).includes(HOSTILE));
    await page.keyboard.press('Escape');
    const strip = page.getByRole('slider', { name: /^Ports of web/ });
    await strip.focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('PageDown');
    await page
      .locator('.event-bad', { hasText: /conflict.*else.*gnp\.exe/ })
      .first()
      .waitFor();
    assert.doesNotMatch(await page.locator('body').innerText(), /\u202e/);
    assert.equal(await page.title(), 'Styxy');
    assert.equal(await page.locator('#app img, #app script, #app iframe').count(), 0);
    await finished(watched);
  });

  it('fits a narrow screen without scrolling sideways, and nothing of a lease is out of reach there', async () => {
    const watched = await openDashboard(browser, daemon, {
      colorScheme: 'dark',
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    const { page } = watched;
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(width) <= 360, `${width} px`);
    assert.deepEqual(await objections(page), []);
    const release = page.getByRole('button', { name: /^Release port/ }).first();
    await release.tap();
    const box = await page.getByRole('dialog').boundingBox();
    assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
    await page.getByRole('button', { name: 'Cancel' }).tap();
    await page.getByRole('slider', { name: /^Ports of web/ }).tap({ position: { x: 5, y: 5 } });
    const card = await page.locator('.port-card').boundingBox();
    assert.ok(card !== null && card.x >= 0 && card.x + card.width <= 360, JSON.stringify(card));
    await finished(watched);
  });

  it('is used by keys alone, from the first tab to a question that is answered with no', async () => {
    const watched = await openDashboard(browser, daemon);
    const { page } = watched;
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').innerText(), 'Skip to the leases');
    await page.keyboard.press('Enter');
    const names: string[] = [];
    for (let step = 0; step < 12 && !names.some((name) => name.startsWith('Release')); step++) {
      await page.keyboard.press('Tab');
      names.push(await page.locator(':focus').innerText());
    }
    assert.ok(
      names.some((name) => name.startsWith('Service')),
      names.join(', '),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    assert.equal(await page.locator(':focus').innerText(), 'Cancel', 'no is what Enter says');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await finished(watched);
  });

  it('remembers the colours that its user chose', async () => {
    const watched = await openDashboard(browser, daemon, { colorScheme: 'light' });
    const { page } = watched;
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).color');
    const light = await ground();
    await page.getByLabel('Colours').selectOption('dark');
    assert.notEqual(await ground(), light);
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.notEqual(await ground(), light);
    await finished(watched);
  });
});

describe('the dashboard with 5,000 leases', { skip: withoutBrowser }, () => {
  const COUNT = 5_000;
  const BATCH = 50;
  let daemon: TestDaemon;
  let browser: Browser;
  before(async () => {
    const config = {
      service_types: { crowd: { range: freeRange('crowding', COUNT / 2) } },
      quotas: { max_leases_per_project: COUNT, max_leases_per_instance: COUNT },
    };
    daemon = await startDaemon({ isBuilt: true, config });
    browser = await launchBrowser();
    for (let done = 0; done < COUNT; done += BATCH) {
      const protocol = done < COUNT / 2 ? 'tcp' : 'udp';
      const allocations = Array.from({ length: BATCH }, (_, index) => ({
        service_type: 'crowd',
        service_name: `server-${done + index}`,
        project_path: `/code/project-${(done + index) % 40}`,
        protocol,
      }));
      const { status, text } = await daemon.request('POST', '/allocate/batch', { allocations });
      assert.equal(status, 201, text);
    }
  });
  after(async () => {
    await browser?.close();
    await daemon?.stop();
  });

  it('draws the rows in sight alone, wherever it is scrolled to, and finds one at once', async () => {
    const { page, faults, close } = await openDashboard(browser, daemon);
    await page.getByText('5,000 leases').waitFor();
    const rows = page.locator('.table-space .row');
    const body = page.locator('.table-body');
    const drawn = async (): Promise<number> => {
      const count = await rows.count();
      assert.ok(count > 0 && count < 40, `${count} rows`);
      return count;
    };
    await drawn();
    assert.ok(Number(await page.evaluate('document.querySelectorAll("*").length')) < 2_500);
    await body.hover();
    for (const to of [5_000, 100_000, 200_000, 300_000]) {
      await body.evaluate((element, top) => (element as Scrolled).scrollTo(0, top), to);
      const height = await body.evaluate((element) => {
        const { scrollTop, clientHeight } = element as Scrolled;
        return { scrollTop, clientHeight };
      });
      const index = Math.floor((height.scrollTop + height.clientHeight / 2) / 54);
      await page.locator(`.row[aria-rowindex="${index + 2}"]`).waitFor();
      await drawn();
    }
    await page.locator(`.row[aria-rowindex="${COUNT + 1}"]`).waitFor();
    await page.mouse.wheel(0, -4_000);
    await page.locator(`.row[aria-rowindex="${COUNT + 1}"]`).waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('server-4321');
    await page.getByText('1 lease found').waitFor();
    await rows.filter({ hasText: 'server-4321' }).waitFor();
    assert.equal(await rows.count(), 1);
    assert.deepEqual(faults, []);
    await close();
  });

  it('keeps up with a change among them', async () => {
    const { page, faults, close } = await openDashboard(browser, daemon);
    await page.getByRole('searchbox').fill('server-4999');
    const row = page.locator('.table-space .row').filter({ hasText: 'server-4999' });
    await row.waitFor();
    await row.getByRole('button', { name: /^Release/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Release/ })
      .click();
    await row.waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
    await close();
  });
});
