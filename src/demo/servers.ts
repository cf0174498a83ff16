// Owns the two servers that every checkout of the demo has: one reads PORT, the other is given its port as an argument.

export interface DemoServer {
  readonly name: string;
  readonly serviceType: string;
  /** What every checkout wants, so that all but one must get another one. */
  readonly wantedPort: number;
  readonly file: string;
  /** The arguments after the file. */
  readonly args: readonly string[];
  readonly source: string;
}

function sourceOf(name: string, port: string): string {
  return `import { createServer } from 'node:http';
import { basename } from 'node:path';

const page = \`${name} of \${basename(process.cwd())} (pid \${process.pid}, child of \${process.ppid})\\n\`;
createServer((request, response) => response.end(page)).listen(Number(${port}), '127.0.0.1');
`;
}

export const DEMO_SERVERS: readonly DemoServer[] = [
  {
    name: 'web',
    serviceType: 'dev',
    wantedPort: 3000,
    file: 'web.mjs',
    args: [],
    source: sourceOf('web', 'process.env.PORT'),
  },
  {
    name: 'api',
    serviceType: 'api',
    wantedPort: 8000,
    file: 'api.mjs',
    args: ['{port}'],
    source: sourceOf('api', 'process.argv[2]'),
  },
];

/** Where a server runs: in which checkout, and as whose child. */
export interface Whereabouts {
  readonly name: string;
  readonly checkout: string;
  /** The pid of the `styxy run` that started it. */
  readonly starter: number;
}

/** The process that an answer names; null where it is not the answer of this very server. */
export function answeringPid(answer: string, { name, checkout, starter }: Whereabouts): number | null {
  const found = /^(\S+) of (\S+) \(pid (\d+), child of (\d+)\)$/.exec(answer) ?? [];
  const [, server, place, pid, parent] = found;
  return server === name && place === checkout && Number(parent) === starter ? Number(pid) : null;
}
