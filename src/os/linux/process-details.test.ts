import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine, programName } from './process-details.ts';

const cases: readonly (readonly [string, string | null])[] = [
  ['node\0server.js\0--port\x003000\0', 'node server.js --port 3000'],
  ['sh\0-c\0\0', 'sh -c'],
  ['app\0--pass\0two words\0-x\0', "app --pass 'two words' -x"],
  ['app\0--pass=a&b\0', "app --pass='a&b'"],
  ['app\0it\'s "so\\"\0', 'app "it\'s \\"so\\\\\\""'],
  // A process that rewrote its title leaves padding behind.
  ['nginx: master\0\0\0\0\0', 'nginx: master'],
  ['a\0\u001b[2Jb\nc\u202ed\0', "a '\ufffd[2Jb\ufffdc\ufffdd'"],
  ['', null],
  ['\0\0', null],
];
for (const [bytes, command] of cases) {
  test(`shows ${JSON.stringify(bytes)} as ${JSON.stringify(command)}`, () => {
    assert.equal(parseCommandLine(Buffer.from(bytes)), command);
  });
}

const names: readonly (readonly [
  comm: string | null,
  words: readonly string[] | null,
  exe: string | null,
  name: string | null,
])[] = [
  ['node', ['node', 'server.js'], '/usr/bin/node', 'node'],
  ['MainThread', ['node', 'server.js'], '/opt/node-24/bin/node', 'node'],
  ['MainThread', ['/opt/node-24/bin/node', 'server.js'], null, 'node'],
  ['MainThread', ['node'], '/opt/node-24/bin/node (deleted)', 'node'],
  ['python3', ['python3', '-m', 'http.server'], '/usr/bin/python3.12', 'python3'],
  ['sh', ['-sh'], '/bin/busybox', 'sh'],
  // A script is named by its own name, whatever interprets it.
  ['gunicorn', ['/usr/bin/python3', '/usr/bin/gunicorn', 'app'], '/usr/bin/python3.12', 'gunicorn'],
  // Titles that programs give themselves, cut to 15 bytes in comm.
  ['next-server (v1', ['next-server (v15.1.0)'], '/usr/bin/node', 'next-server (v1'],
  ['nginx', ['nginx: master process /usr/sbin/nginx'], '/usr/sbin/nginx', 'nginx'],
  ['kworker/0:1', [''], null, 'kworker/0:1'],
  ['redis-server', null, null, 'redis-server'],
  [null, ['/usr/bin/app'], null, 'app'],
  ['', ['app'], null, 'app'],
  ['', [], null, null],
  [null, null, null, null],
];
for (const [comm, words, exe, name] of names) {
  test(`calls ${JSON.stringify([comm, words, exe])} ${name}`, () => {
    assert.equal(programName(comm, words === null ? null : Buffer.from(`${words.join('\0')}\0`), exe), name);
  });
}
