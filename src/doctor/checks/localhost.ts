// Owns the check of the name localhost and of the names below it.

import { type Check, note, ok, trouble } from '../check.ts';

export const localhost: Check = {
  id: 'localhost',
  title: 'localhost',
  why: 'Every URL of a lease has this name, or one below it, which keeps the cookies of projects apart.',
  fixes: null,
  needs: 'nothing',
  async run({ addressesOf, knowsLocalNames }) {
    const addresses = await addressesOf('localhost');
    if (addresses.length === 0)
      return trouble('nobody knows it', 'Add the line `127.0.0.1 localhost` to /etc/hosts.');
    const strange = addresses.filter((each) => each !== '::1' && !each.startsWith('127.'));
    if (strange.length > 0)
      return trouble(
        `it leads to ${strange.join(', ')}, which is not this machine’s loopback`,
        'Correct its line in /etc/hosts: `127.0.0.1 localhost`.',
      );
    if (await knowsLocalNames()) return ok('known, and the names below it too');
    return note(
      'known; programs other than browsers do not find the names below it',
      'STYXY_URL_… says plain localhost here; systemd-resolved or nss-myhostname know them.',
    );
  },
};
