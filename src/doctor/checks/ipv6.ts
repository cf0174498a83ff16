// Owns the check of the two loopback addresses.

import { type Check, note, ok, trouble } from '../check.ts';

export const ipv6: Check = {
  id: 'ipv6',
  title: 'IPv4 and IPv6',
  why: 'Many servers listen on one family alone, and `localhost` may mean the other; a lease covers both where the machine has both.',
  fixes: null,
  needs: 'nothing',
  async run({ canListen, addressesOf }) {
    if (!(await canListen('127.0.0.1')))
      return trouble(
        'nothing can listen on 127.0.0.1',
        'Bring the loopback up: `sudo ip link set lo up`, or leave the sandbox that forbids it.',
      );
    if (await canListen('::1')) return ok('both');
    const addresses = await addressesOf('localhost');
    if (addresses.includes('::1'))
      return trouble(
        'the machine has no ::1, and localhost means it all the same',
        'Remove the line of ::1 from /etc/hosts, or switch IPv6 on for the loopback: `sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0`.',
      );
    return note(
      'IPv4 alone; there is no ::1',
      'Servers that listen on ::1 fail here; let them listen on 127.0.0.1.',
    );
  },
};
