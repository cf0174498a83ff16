// Owns the programs that ask a server to end, and find it by its port: `redis-cli shutdown`, `mysqladmin shutdown`.

import type { KillTarget } from './kill-target.ts';

interface Stopper {
  readonly programs: readonly string[];
  /** Options that name the port. */
  readonly port: readonly string[];
  readonly host: readonly string[];
  readonly defaultPort: number;
}

export const STOPPERS: readonly Stopper[] = [
  { programs: ['redis-cli', 'valkey-cli'], port: ['-p'], host: ['-h'], defaultPort: 6379 },
  {
    programs: ['mysqladmin', 'mariadb-admin'],
    port: ['-P', '--port'],
    host: ['-h', '--host'],
    defaultPort: 3306,
  },
];
const HERE = ['localhost', '127.0.0.1', '::1'];

/** The port of the server that is asked to end; none where none is, or it runs on another machine. */
export function portsStopped(program: string, args: readonly (string | null)[]): readonly KillTarget[] {
  const stopper = STOPPERS.find(({ programs }) => programs.includes(program));
  if (stopper === undefined || !args.some((text) => /^shutdown$/i.test(text ?? ''))) return [];
  const host = saidBy(args, stopper.host);
  const port = saidBy(args, stopper.port);
  if (host === null || (host !== undefined && !HERE.includes(host)) || port === null) return [];
  const number = Number(port ?? stopper.defaultPort);
  return Number.isInteger(number) ? [{ kind: 'ports', first: number, last: number, protocol: 'tcp' }] : [];
}

/** @returns undefined where the option is not given, null where its value is not known */
function saidBy(args: readonly (string | null)[], options: readonly string[]): string | null | undefined {
  for (const [at, text] of args.entries()) {
    if (text === null) continue;
    if (options.includes(text)) return args[at + 1];
    const given = options.find((option) => option.startsWith('--') && text.startsWith(`${option}=`));
    if (given !== undefined) return text.slice(given.length + 1);
  }
  return undefined;
}
