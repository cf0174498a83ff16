// Owns the browser of the tests of the dashboard: Debian's Chromium, one for a test file, watched for what no page may do.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { SignInCodeAnswer } from '../../src/api/schemas-dashboard.ts';
import type { TestDaemon } from './daemon-fixture.ts';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const PROGRAM = PLACES.find((path) => path !== undefined && existsSync(path));

/** Why there is no browser; false where there is one, as the test runner wants it. */
export const withoutBrowser: string | false =
  PROGRAM === undefined ? 'there is no Chromium; CHROMIUM may name one' : false;

/** Nothing of its own on the network, and no sandbox inside of the one that CI is. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    headless: true,
    args: ARGUMENTS,
    ...(PROGRAM === undefined ? {} : { executablePath: PROGRAM }),
  });
}

/** A page with what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors, violations of the policy, and requests to anybody but the daemon. */
  readonly faults: string[];
  close(): Promise<void>;
}

/** Opens a page in a context of its own, which shares no storage with others. */
export async function openPage(
  browser: Browser,
  daemon: Pick<TestDaemon, 'port'>,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A daemon that is away is told of by the browser, too.
    const isNetwork = /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isNetwork) faults.push(message.text());
  });
  page.on('request', (request) => {
    const { hostname, port, protocol } = new URL(request.url());
    const isOwn = ['127.0.0.1', 'localhost'].includes(hostname) && Number(port) === daemon.port;
    if (!isOwn && protocol !== 'data:') faults.push(`a request to ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

/** A link that signs in, as `styxy ui --print` prints it. */
export async function signInLink(daemon: TestDaemon): Promise<string> {
  const { body } = await daemon.request<SignInCodeAnswer>('POST', '/ui/code');
  assert.ok(body.url !== null);
  return body.url;
}

/** Opens the dashboard signed in, and waits until it has loaded everything. */
export async function openDashboard(
  browser: Browser,
  daemon: TestDaemon,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, daemon, options);
  await watched.page.goto(await signInLink(daemon));
  await watched.page.locator('main.board[aria-busy="false"]').waitFor();
  return watched;
}
