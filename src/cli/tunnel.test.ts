import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { it } from 'node:test';
import { tunnelCommand } from './tunnel.ts';

it('the command of a tunnel has the port on both sides, and nothing that a shell would obey', () => {
  const name = userInfo().username;
  const at = (connection?: string): string | null =>
    tunnelCommand(9876, connection === undefined ? {} : { SSH_CONNECTION: connection });
  assert.equal(at(), null);
  assert.equal(at(' '), null);
  assert.equal(at('192.0.2.7 52011 192.0.2.1 22'), `ssh -N -L 9876:127.0.0.1:9876 ${name}@192.0.2.1`);
  assert.equal(
    at('2001:db8::7 52011 2001:db8::1 2222'),
    `ssh -N -L 9876:127.0.0.1:9876 -p 2222 ${name}@2001:db8::1`,
  );
  assert.equal(at('a b $(reboot) ;reboot'), `ssh -N -L 9876:127.0.0.1:9876 ${name}@HOST`);
});
