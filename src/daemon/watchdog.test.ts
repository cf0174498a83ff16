import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import type { Log } from './logs.ts';
import type { ServiceManager } from './service-manager.ts';
import { createSelfCheck, startWatchdog } from './watchdog.ts';

const TIMEOUT_MS = 200;
const commits = () => Promise.resolve();

describe('the self-check', () => {
  let isSilent = false;
  const server = createServer((_request, response) => {
    if (!isSilent) response.writeHead(503).end('{}');
  });
  const address = () => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('passes where the store commits and the own socket answers, whatever it says', async () => {
    isSilent = false;
    assert.equal(await createSelfCheck({ commit: commits, address })(TIMEOUT_MS), null);
  });

  it('fails where the store does not commit', async () => {
    const commit = () => Promise.reject(new StyxyError('STORE_UNAVAILABLE', 'disk I/O error'));
    assert.match(
      (await createSelfCheck({ commit, address })(TIMEOUT_MS)) ?? '',
      /store does not commit.*disk I\/O error/,
    );
  });

  it('passes with a full disk, which another start would not empty', async () => {
    const commit = () => Promise.reject(new StyxyError('STORE_FULL', 'the disk is full'));
    assert.equal(await createSelfCheck({ commit, address })(TIMEOUT_MS), null);
  });

  it('fails where nobody answers, in time or at all', async () => {
    isSilent = true;
    assert.match((await createSelfCheck({ commit: commits, address })(TIMEOUT_MS)) ?? '', /no answer within/);
    const nobody = () => ({ socketPath: '/nowhere/styxy.sock' });
    assert.match(
      (await createSelfCheck({ commit: commits, address: nobody })(TIMEOUT_MS)) ?? '',
      /does not answer/,
    );
    assert.equal(
      await createSelfCheck({ commit: commits, address: () => null })(TIMEOUT_MS),
      'nothing is listened on',
    );
  });
});

describe('the watchdog', () => {
  const silent = () => {};
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent };
  const manager = (watchdogMs: number | null, onTold: (word: string) => void): ServiceManager => ({
    watchdogMs,
    tell: (...words) => {
      for (const word of words) onTold(word);
      return Promise.resolve(true);
    },
  });

  it('tells again and again that all is well, and not a word once it is not', async () => {
    const told: string[] = [];
    let checks = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watchdog = startWatchdog({
      manager: manager(15, (word) => told.push(word)),
      check: async () => {
        checks += 1;
        if (checks === 6) resolve();
        return checks > 3 ? 'the store does not commit' : null;
      },
      log,
    });
    const alive = setInterval(() => {}, 1000);
    await promise;
    watchdog.stop();
    clearInterval(alive);
    assert.deepEqual(told, ['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  });

  it('checks with a third of the term for its time', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const check = async (timeoutMs: number): Promise<null> => {
      resolve(timeoutMs);
      return null;
    };
    const watchdog = startWatchdog({ manager: manager(60_000, silent), check, log });
    const alive = setInterval(() => {}, 1000);
    assert.equal(await promise, 20_000);
    watchdog.stop();
    clearInterval(alive);
  });

  it('does nothing where the manager does not watch', () => {
    const check = () => assert.fail('nobody asked for it');
    startWatchdog({ manager: manager(null, silent), check, log }).stop();
  });
});
