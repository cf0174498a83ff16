import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { gatherFacts, volatility } from './facts.ts';

describe('the facts of an autostart', { skip: process.platform === 'linux' ? false : 'Linux alone' }, () => {
  it('are absolute paths, and of the environment the settings of the daemon alone', () => {
    const env = {
      HOME: '/home/me',
      STYXY_API_PORT: '9900',
      STYXY_LOG_LEVEL: '',
      STYXY_INSTANCE: 'x',
      SECRET: 'y',
    };
    const facts = gatherFacts(homeAt('/home/me/.styxy'), env);
    assert.deepEqual(facts.environment, { STYXY_HOME: '/home/me/.styxy', STYXY_API_PORT: '9900' });
    for (const path of facts.needs) assert.match(path, /^\//);
    assert.equal(facts.daemonWords[0], process.execPath);
    assert.equal(facts.daemonWords.at(-1), '--take-over');
    assert.deepEqual(facts.checkWords.slice(-2), ['autostart', 'check']);
  });

  it('leave the socket out where its path is too long for one', () => {
    assert.equal(gatherFacts(homeAt(`/${'x'.repeat(120)}`), { HOME: '/home/me' }).hasSocket, false);
    assert.equal(gatherFacts(homeAt('/home/me/.styxy'), { HOME: '/home/me' }).hasSocket, true);
  });
});

describe('a program that will not stay', () => {
  const inProject = (path: string): boolean => path === '/home/me/shop/package.json';

  it('is one of a cache, or of a project', () => {
    assert.match(
      volatility('/home/me/.npm/_npx/ab12/node_modules/styxy/dist/styxy.cjs', inProject) ?? '',
      /cache of npx/,
    );
    assert.match(
      volatility('/home/me/shop/node_modules/styxy/dist/styxy.cjs', inProject) ?? '',
      /shop is a project/,
    );
  });

  it('is none that was installed for all, or is a checkout', () => {
    assert.equal(volatility('/usr/lib/node_modules/styxy/dist/styxy.cjs', inProject), null);
    assert.equal(volatility('/home/me/styxy/dist/styxy.cjs', inProject), null);
  });
});
