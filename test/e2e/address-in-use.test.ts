import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findPortConflicts } from '../../src/agents/address-in-use.ts';

const TIMEOUT_MS = 60_000;
const dir = mkdtempSync(join(tmpdir(), 'styxy-in-use-'));
const server = createServer();
let port = 0;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: (port: number) => readonly string[];
  /** Whether it says which port it could not have. */
  readonly namesPort: boolean;
}

const JAVA = `import java.net.*;
class Taken { public static void main(String[] a) throws Exception {
  new ServerSocket().bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(a[0]))); } }`;

const PROGRAMS: readonly Program[] = [
  {
    name: 'Node',
    file: process.execPath,
    args: (taken) => ['-e', `require('node:http').createServer().listen(${taken}, '127.0.0.1')`],
    namesPort: true,
  },
  {
    name: 'Python',
    file: 'python3',
    args: (taken) => ['-m', 'http.server', '--bind', '127.0.0.1', String(taken)],
    namesPort: false,
  },
  {
    name: 'Ruby',
    file: 'ruby',
    args: (taken) => ['-rsocket', '-e', `TCPServer.new('127.0.0.1', ${taken})`],
    namesPort: true,
  },
  { name: 'PHP', file: 'php', args: (taken) => ['-S', `127.0.0.1:${taken}`], namesPort: true },
  {
    name: 'Redis',
    file: 'redis-server',
    args: (taken) => ['--bind', '127.0.0.1', '--port', String(taken), '--dir', dir],
    namesPort: true,
  },
  {
    name: 'nginx',
    file: 'nginx',
    args: (taken) => {
      const config = join(dir, 'nginx.conf');
      const listen = `http { access_log off; server { listen 127.0.0.1:${taken}; } }`;
      writeFileSync(config, `pid ${dir}/nginx.pid; error_log stderr; events {} ${listen}`);
      return ['-p', dir, '-c', config, '-g', 'daemon off;'];
    },
    namesPort: true,
  },
  {
    name: 'Java',
    file: 'java',
    args: (taken) => {
      writeFileSync(join(dir, 'Taken.java'), JAVA);
      return [join(dir, 'Taken.java'), String(taken)];
    },
    namesPort: false,
  },
];

/** What a program prints that cannot have its port, and that it ends. */
function failureOf({ file, args }: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args(port), {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}

describe('the complaint about a taken port, as it is really printed', () => {
  for (const program of PROGRAMS) {
    const isThere = spawnSync(program.file, ['--version'], { stdio: 'ignore' }).error === undefined;
    it(`is understood of ${program.name}`, {
      skip: isThere ? false : `no ${program.file} here`,
    }, async () => {
      const text = await failureOf(program);
      const [conflict] = findPortConflicts(text);
      assert.ok(conflict !== undefined, text);
      assert.equal(conflict.port, program.namesPort ? port : null, text);
    });
  }
});
