// Owns the command that brings a port of this machine to the one that its user sits at.

import { isIP } from 'node:net';
import { userInfo } from 'node:os';

/**
 * The command to type on the machine that the user came from by SSH. Its port stays the same on both: the daemon answers to
 * its own port alone.
 *
 * @returns null where nobody came by SSH
 */
export function tunnelCommand(port: number, env: NodeJS.ProcessEnv): string | null {
  const { SSH_CONNECTION: connection } = env;
  if (connection === undefined || connection.trim() === '') return null;
  const [, , address = '', sshPort = '22'] = connection.trim().split(/\s+/);
  const host = isIP(address) === 0 ? 'HOST' : address;
  const other = /^\d{1,5}$/.test(sshPort) && sshPort !== '22' ? ` -p ${sshPort}` : '';
  return `ssh -N -L ${port}:127.0.0.1:${port}${other} ${userName()}${host}`;
}

function userName(): string {
  try {
    const { username } = userInfo();
    return /^[\w.][\w.-]*$/.test(username) ? `${username}@` : '';
  } catch {
    return '';
  }
}
