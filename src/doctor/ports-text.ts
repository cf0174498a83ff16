// Owns how a finding names the ports of some leases.

const SHOWN = 4;

/** @returns such as `port 3000` or `ports 3000, 3001, 3002, 3003 and 5 more` */
export function portsText(leases: readonly { readonly port: number }[]): string {
  const ports = leases.map(({ port }) => port).toSorted((a, b) => a - b);
  const shown = ports.slice(0, SHOWN).join(', ');
  const more = ports.length > SHOWN ? ` and ${ports.length - SHOWN} more` : '';
  return `${ports.length === 1 ? 'port' : 'ports'} ${shown}${more}`;
}
