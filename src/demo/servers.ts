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

const page = \`${name} of \${basename(process.cwd())} (pid \${process.pid})\\n\`;
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

/** What a server answers when it runs in the checkout and as the process that it should. */
export function expectedAnswer(name: string, checkout: string, pid: number): string {
  return `${name} of ${checkout} (pid ${pid})`;
}
