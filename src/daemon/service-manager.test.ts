import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeServiceManager } from './service-manager.ts';

const NOTIFY = { NOTIFY_SOCKET: '/run/user/1000/systemd/notify' };

describe('the service manager that an environment names', () => {
  it('is none without the address of a socket', () => {
    for (const NOTIFY_SOCKET of [undefined, '', 'relative', '/', 'vsock:2:1234'])
      assert.equal(takeServiceManager({ NOTIFY_SOCKET }), null);
    assert.notEqual(takeServiceManager({ NOTIFY_SOCKET: '@abstract' }), null);
  });

  it('watches where it says so, and means this process', () => {
    const termOf = (more: object): number | null | undefined =>
      takeServiceManager({ ...NOTIFY, ...more })?.watchdogMs;
    assert.equal(termOf({}), null);
    assert.equal(termOf({ WATCHDOG_USEC: '60000000' }), 60_000);
    assert.equal(termOf({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.pid) }), 60_000);
    assert.equal(termOf({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.ppid) }), null);
    for (const WATCHDOG_USEC of ['0', '-1', 'x', '1.5']) assert.equal(termOf({ WATCHDOG_USEC }), null);
  });

  it('is not told to children', () => {
    const env: NodeJS.ProcessEnv = { ...NOTIFY, WATCHDOG_USEC: '1', WATCHDOG_PID: '1', HOME: '/home/me' };
    takeServiceManager(env);
    assert.deepEqual(env, { HOME: '/home/me' });
  });

  it('hears nothing where its own program is not there', async () => {
    assert.equal(
      await takeServiceManager({ ...NOTIFY }, ['/nowhere/systemd-notify'])?.tell('READY=1'),
      false,
    );
  });

  it('gets the words through its own program, with its address and nothing else', async () => {
    const said = takeServiceManager({ ...NOTIFY, SECRET: 'x' }, ['/bin/sh']);
    const isTold = await said?.tell(
      '-c',
      'test "$NOTIFY_SOCKET" = /run/user/1000/systemd/notify && test -z "$SECRET"',
    );
    assert.equal(isTold, true);
    assert.equal(await said?.tell('-c', 'exit 1'), false);
  });
});
