// Owns the question to Docker and Podman which containers publish which ports, over their unix sockets.

import { request } from 'node:http';
import type { Engines } from './lookup.ts';

const TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Where engines listen: for everybody, and for the user alone. The first that can be opened and answers counts for each.
 *
 * @param env XDG_RUNTIME_DIR and HOME
 */
export function engineSockets(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'win32') return ['\\\\.\\pipe\\docker_engine', '\\\\.\\pipe\\podman-machine-default'];
  const { XDG_RUNTIME_DIR: runtime, HOME: home } = env;
  const sockets = ['/var/run/docker.sock'];
  if (platform === 'linux') sockets.push('/run/podman/podman.sock');
  if (runtime !== undefined) sockets.push(`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`);
  if (home !== undefined)
    sockets.push(`${home}/.docker/run/docker.sock`, `${home}/.docker/desktop/docker.sock`);
  return sockets;
}

/** Asks all engines at once; those that cannot be asked, because they are not there or not ours to ask, say nothing. */
export function createEngines(sockets: readonly string[], timeoutMs = TIMEOUT_MS): Engines {
  return async () => {
    const answers = await Promise.all(
      sockets.map((socket) => listContainers(socket, timeoutMs).catch(() => null)),
    );
    const heard = answers.filter((answer) => answer !== null);
    return heard.length === 0 ? null : new Map(heard.flatMap((text) => [...parseContainers(text)]));
  };
}

/**
 * Reads the answer to `GET /containers/json`, which Docker and Podman give in the same form.
 *
 * @returns the containers' names by the ports that they publish, such as `tcp 8080`; empty when `text` is something else
 */
export function parseContainers(text: string): Map<string, string> {
  const names = new Map<string, string>();
  let containers: unknown;
  try {
    containers = JSON.parse(text);
  } catch {
    return names;
  }
  for (const container of arrayOf(containers)) {
    const { Names, Id, Ports } = fieldsOf(container);
    const name = nameOf(arrayOf(Names)[0], Id);
    if (name === null) continue;
    for (const each of arrayOf(Ports)) {
      const { PublicPort, Type } = fieldsOf(each);
      if (typeof PublicPort === 'number' && (Type === 'tcp' || Type === 'udp'))
        names.set(`${Type} ${PublicPort}`, name);
    }
  }
  return names;
}

/** Docker writes a slash before its names. Its grammar of names has nothing that a terminal would take for a command. */
function nameOf(name: unknown, id: unknown): string | null {
  const plain = typeof name === 'string' ? name.replace(/^\//, '') : '';
  if (/^[\w.-]{1,255}$/.test(plain)) return plain;
  return typeof id === 'string' && /^[0-9a-f]{12,64}$/.test(id) ? id.slice(0, 12) : null;
}

function listContainers(socketPath: string, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asking = request(
    { socketPath, path: '/containers/json', headers: { host: 'localhost' }, timeout: timeoutMs },
    (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) asking.destroy(new Error('the answer is too long'));
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`status ${answer.statusCode}`));
      });
    },
  );
  const timer = setTimeout(() => asking.destroy(new Error('no answer in time')), timeoutMs).unref();
  asking.on('close', () => clearTimeout(timer));
  asking.on('error', reject);
  asking.end();
  return promise;
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
