import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isContainerProxy, parseDockerProxy } from './proxy.ts';

/** As Docker starts its proxies, one for each address. */
const commands: readonly (readonly [string, object | null])[] = [
  [
    '/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80',
    { protocol: 'tcp', port: 8080, container: '172.17.0.2:80' },
  ],
  [
    '/usr/bin/docker-proxy -proto tcp -host-ip :: -host-port 8080 -container-ip 172.17.0.2 -container-port 80 -use-listen-fd',
    { protocol: 'tcp', port: 8080, container: '172.17.0.2:80' },
  ],
  [
    '/usr/libexec/docker/docker-proxy --proto=udp --host-ip=127.0.0.1 --host-port=5353 --container-ip=fd00::2 --container-port=53',
    { protocol: 'udp', port: 5353, container: '[fd00::2]:53' },
  ],
  ['/usr/bin/docker-proxy -proto tcp -host-port 8080', null],
  ['/usr/bin/docker-proxy -proto tcp -host-port x -container-ip 172.17.0.2 -container-port 80', null],
  ['/usr/bin/docker-proxy -proto tcp -host-port 80 -container-ip \u001b[2J -container-port 80', null],
  ['vim docker-proxy -proto tcp -host-port 80 -container-ip 1.2.3.4 -container-port 80', null],
  ['docker-proxy', null],
  ['', null],
];
for (const [command, published] of commands) {
  test(`reads ${JSON.stringify(command).slice(0, 80)}`, () => {
    assert.deepEqual(parseDockerProxy(command.split(' ')), published);
  });
}

test('knows the programs that hold ports for containers', () => {
  for (const name of ['docker-proxy', 'rootlessport', 'conmon', 'com.docker.backend.exe', 'wslrelay.exe'])
    assert.equal(isContainerProxy(name), true, name);
  for (const name of [null, '', 'node', 'docker-proxy2']) assert.equal(isContainerProxy(name), false);
});
