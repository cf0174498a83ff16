// Owns one server of the comparison: a process that finds itself a port, or is told one, listens there, and says how it went.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Told } from './crowd.ts';

interface Styxy {
  connect(): Promise<{ allocate(request: object): Promise<{ readonly port: number }> }>;
}
type PickPort = (options?: object) => Promise<number>;

/** The packages lie beside the bundle of this file; they are no dependency, so nothing is known of their types. */
const load = <Library>(name: string): Promise<Library> => import(name);

/** How a port is found, as the documentation of each library shows first. */
const WAYS: Readonly<Record<string, (name: string) => Promise<number>>> = {
  'get-port': async () => (await load<{ default: PickPort }>('get-port')).default(),
  'get-port-range': async () => {
    type Library = { default: PickPort; portNumbers(from: number, to: number): Iterable<number> };
    const library = await load<Library>('get-port');
    return library.default({ port: library.portNumbers(3000, 3999) });
  },
  portfinder: async () =>
    (await load<{ default: { getPortPromise: PickPort } }>('portfinder')).default.getPortPromise(),
  'detect-port': async () =>
    (await load<{ detect(port: number): Promise<number> }>('detect-port')).detect(3000),
  styxy: async (name) => {
    const styxy = await (await load<Styxy>('styxy')).connect();
    return (await styxy.allocate({ serviceType: 'bulk', serviceName: name })).port;
  },
};
/** For those that are told their port in the environment. */
const TOLD = 'told';

const [way = TOLD, library = '', collector = '', name = ''] = process.argv.slice(2);
const socket = connect(collector).setEncoding('utf8');
const tell = (told: Omit<Told, 'name'>): void => void socket.write(`${JSON.stringify({ name, ...told })}\n`);
// The end of the comparison is the end of its servers.
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(1));

try {
  const find = WAYS[way];
  if (find !== undefined) {
    // Loaded before anybody asks: how long that takes is not what is compared.
    await load(library);
    tell({ what: 'ready' });
    await new Promise((resolve) => socket.once('data', resolve));
  }
  const port = find === undefined ? Number(process.env.PORT ?? Number.NaN) : await find(name);
  if (Number.isNaN(port)) throw new Error('it was told no port');
  tell({ what: 'port', port });
  createServer((_request, response) => response.end(name))
    .on('error', (error: NodeJS.ErrnoException) =>
      tell({ what: 'failed', reason: error.code ?? error.message }),
    )
    .listen(port, '127.0.0.1', () => tell({ what: 'listening' }));
} catch (error) {
  tell({ what: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
