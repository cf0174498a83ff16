// Throws damaged and invented texts at every parser: none may throw, and none may return a port that is no port.
// A failure prints its seed. STYXY_FUZZ multiplies the number of texts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { object, replace, tell } from '../../src/agents/answer.ts';
import { DIALECTS } from '../../src/agents/dialects.ts';
import { AGENT_NAMES, OCCASIONS } from '../../src/agents/occasions.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { parseGuide } from '../../src/config/parse-guide.ts';
import { parseBody } from '../../src/daemon/json-body.ts';
import { StyxyError } from '../../src/errors.ts';
import { parseContainers } from '../../src/os/containers/engine.ts';
import { parseDockerProxy } from '../../src/os/containers/proxy.ts';
import { parseLocalPortRange } from '../../src/os/ephemeral-range.ts';
import { parseNetstat } from '../../src/os/linux/parse-netstat.ts';
import { parseProcNet } from '../../src/os/linux/parse-proc-net.ts';
import { parseSs } from '../../src/os/linux/parse-ss.ts';
import { parseStat } from '../../src/os/linux/parse-stat.ts';
import { parseCommandLine } from '../../src/os/linux/process-details.ts';
import { parsePasswd } from '../../src/os/linux/user-names.ts';
import { parseByPid, parseCwds } from '../../src/os/macos/parse-details.ts';
import { parseMacNetstat } from '../../src/os/macos/parse-netstat.ts';
import { parseLsof } from '../../src/os/parse-lsof.ts';
import { parsePs } from '../../src/os/parse-ps.ts';
import type { SocketRow } from '../../src/os/socket-row.ts';
import { parseExcludedRanges } from '../../src/os/windows/parse-excluded.ts';
import { parseWindowsNetstat } from '../../src/os/windows/parse-netstat.ts';
import { parseCimProcesses, parseTasklist } from '../../src/os/windows/parse-processes.ts';
import { damaged } from './damaged-text.ts';

const RUNS = 300 * Number(process.env.STYXY_FUZZ ?? 1);

const captured = (name: string): string =>
  readFileSync(new URL(`../fixtures/os/${name}`, import.meta.url), 'utf8');

function assertRows(rows: Iterable<SocketRow>): void {
  for (const { port, protocol, owners, address } of rows) {
    assert.ok(Number.isInteger(port) && port >= 0 && port <= 65_535, `port ${port}`);
    assert.ok(protocol === 'tcp' || protocol === 'udp');
    assert.equal(typeof address, 'string');
    for (const { pid } of owners) assert.ok(Number.isSafeInteger(pid) && pid > 0, `pid ${pid}`);
  }
}

function assertRanges(ranges: Iterable<{ readonly start: number; readonly end: number }>): void {
  for (const { start, end } of ranges)
    assert.ok(0 <= start && start <= end && end <= 65_535, `${start} to ${end}`);
}

const GUIDE = `# Ports

| Service | Ports | Preferred |
|---|---|---|
| **dev** | 3000-3099 | 3000, 3001 |
| \`api\` | 8000–8099 | |

### Storybook (\`storybook\`)
- **Range**: 6006 to 6029
- Multi-instance: No
`;
const CONFIG = `{
  // ports of the team
  "service_types": { "dev": { "range": [3000, 3099], "preferred_ports": [3000] }, "x": { "range": [4100, 4120] } },
  "api_port": 9876, "recovery": { "port_conflict": { "max_retries": 3 } },
}`;
const STAT = `4242 (a (b) c) S 1 4242 4242 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 11 0 8421 1 1 184 1 1 1 0 0 0 0 4096 1`;
const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000:Ada:/home/ada:/bin/zsh\n';
const PS =
  '    1     0 root     Mon Sep  7 10:00:00 2026 /sbin/init\n 4242     1 ada      Ss   node server.js\n';
const CONTAINERS = '[{"Id":"ab12","Names":["/db"],"Ports":[{"PublicPort":5432,"Type":"tcp"}]}]';
const BODY = '{"service_type":"dev","service_name":"web","metadata":{"a":[1,{"b":null}]}}';

/** Of an agent's event: every field that any of them reads. */
const EVENT = {
  session_id: 's',
  sessionId: 's',
  conversation_id: 's',
  cwd: '/work/app',
  workspace_roots: ['/work/app'],
  source: 'resume',
  permission_mode: 'default',
  command: 'vite',
  tool_input: { command: 'vite', dir_path: 'web' },
  toolArgs: '{"command":"vite"}',
  tool_response: { stdout: 'EADDRINUSE' },
  tool_output: '{"output":"EADDRINUSE"}',
};
const ANSWERS = [tell('a'), object('deny', 'a'), object('ask', 'a'), replace('leave', 'b', 'a')];

interface Parser {
  readonly samples: readonly string[];
  readonly read: (text: string) => void;
}

const PARSERS: Readonly<Record<string, Parser>> = {
  '/proc/net': {
    samples: ['tcp', 'tcp6', 'udp', 'udp6'].map((table) => captured(`proc-net-${table}.txt`)),
    read: (text) => {
      for (const protocol of ['tcp', 'udp'] as const) assertRows(parseProcNet(text, protocol));
      assertRows(parseProcNet(text, 'tcp', false));
    },
  },
  '/proc/PID/stat': { samples: [STAT], read: parseStat },
  '/proc/PID/cmdline': {
    samples: ['node\0server.js\0', '\0'],
    read: (text) => parseCommandLine(Buffer.from(text)),
  },
  '/etc/passwd': { samples: [PASSWD], read: parsePasswd },
  ip_local_port_range: {
    samples: ['32768\t60999\n'],
    read: (text) => {
      const range = parseLocalPortRange(text);
      if (range !== null) assertRanges([range]);
    },
  },
  ss: { samples: [captured('ss-hostile-names.txt')], read: (text) => assertRows(parseSs(text)) },
  lsof: { samples: [captured('lsof-linux.txt')], read: (text) => assertRows(parseLsof(text)) },
  'netstat of Linux': {
    samples: [captured('netstat-linux.txt')],
    read: (text) => assertRows(parseNetstat(text)),
  },
  'netstat of macOS': {
    samples: [captured('netstat-macos-14.txt'), captured('netstat-macos-15.txt')],
    read: (text) => assertRows(parseMacNetstat(text) ?? []),
  },
  'netstat of Windows': {
    samples: [captured('netstat-windows.txt')],
    read: (text) => assertRows(parseWindowsNetstat(text)),
  },
  'lsof, directories': { samples: [captured('lsof-cwd-macos.txt')], read: parseCwds },
  'ps, by pid': { samples: [PS], read: parseByPid },
  ps: { samples: [PS], read: parsePs },
  'excluded ports': {
    samples: [captured('excluded-ports-windows.txt')],
    read: (text) => assertRanges(parseExcludedRanges(text)),
  },
  'processes of Windows': {
    samples: [captured('processes-windows.json')],
    read: parseCimProcesses,
  },
  tasklist: { samples: [captured('tasklist-windows.csv')], read: parseTasklist },
  'containers of an engine': { samples: [CONTAINERS], read: parseContainers },
  'docker-proxy': {
    samples: ['docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-port 80'],
    read: (text) => parseDockerProxy(text.split(' ')),
  },
  'port guide': {
    samples: [GUIDE, '{"service_types":{"dev":{"range":[3000,3099]}}}'],
    read: (text) => {
      parseGuide(text);
    },
  },
  'config.json': {
    samples: [CONFIG],
    read: (text) => {
      const { config, errors } = parseConfig(text, {
        ephemeral: { start: 32_768, end: 60_999 },
        ownPort: 9876,
      });
      for (const { message } of errors) assert.ok(message.length > 0);
      for (const { range } of Object.values(config.service_types)) {
        if (Array.isArray(range)) assertRanges([{ start: range[0], end: range[1] }]);
      }
    },
  },
  'HTTP body': {
    samples: [BODY],
    read: (text) => {
      try {
        parseBody(text);
      } catch (error) {
        assert.ok(error instanceof StyxyError && error.code === 'INVALID_REQUEST', String(error));
      }
    },
  },
};

describe('whatever an agent sends, it is read and answered without a crash:', () => {
  for (const agent of AGENT_NAMES) {
    it(agent, () => {
      const { read, write } = DIALECTS[agent];
      const names = Object.keys(OCCASIONS[agent]);
      const answered = (body: unknown): void => {
        const event = read(body);
        if (event === null) return;
        for (const answer of ANSWERS) JSON.stringify(write(event, answer));
      };
      const bodies = names.map((hook_event_name) => ({ ...EVENT, hook_event_name }));
      for (const body of bodies) {
        const event = read(body);
        assert.ok(event !== null, body.hook_event_name);
        answered(body);
      }
      const field = fc.constantFrom(...Object.keys(EVENT));
      const changed = fc
        .tuple(fc.constantFrom(...bodies), fc.dictionary(field, fc.anything()))
        .map(([body, changes]) => ({ ...body, ...changes }));
      fc.assert(fc.property(fc.oneof(changed, fc.anything()), answered), { numRuns: RUNS });
    });
  }
});

describe('whatever stands in a text, it is read without a crash:', () => {
  for (const [name, { samples, read }] of Object.entries(PARSERS)) {
    it(name, () => {
      for (const sample of samples) read(sample);
      fc.assert(
        fc.property(damaged(samples), (text) => {
          read(text);
        }),
        { numRuns: RUNS },
      );
    });
  }
});

describe('a number that cannot be', () => {
  const WIDE = '99999999999999999999';
  const tables: readonly [string, (text: string) => Iterable<SocketRow>, string][] = [
    ['netstat of Windows', parseWindowsNetstat, '  TCP    0.0.0.0:PORT    0.0.0.0:0    LISTENING    PID\n'],
    [
      'ss',
      parseSs,
      'tcp LISTEN 0 511 127.0.0.1:PORT 0.0.0.0:* users:(("node",pid=PID,fd=1)) uid:1000 ino:7 sk:1\n',
    ],
    ['lsof', parseLsof, 'pPID\0cnode\0u1000\0\nf1\0tIPv4\0PTCP\0n127.0.0.1:PORT\0TST=LISTEN\0\n'],
    [
      'netstat of Linux',
      parseNetstat,
      'tcp        0      0 127.0.0.1:PORT          0.0.0.0:*               LISTEN      1000       7          PID/node            \n',
    ],
  ];
  for (const [name, read, form] of tables) {
    it(`as a port is no row, and as a pid is nobody: ${name}`, () => {
      const rows = (port: string, pid: string) => [...read(form.replace('PORT', port).replace('PID', pid))];
      assert.deepEqual(
        rows('3000', '4242').map(({ port, owners }) => [port, owners.map(({ pid }) => pid)]),
        [[3000, [4242]]],
      );
      assert.deepEqual(rows('65536', '4242'), []);
      for (const { owners } of rows('3000', WIDE)) assert.deepEqual(owners, []);
    });
  }
});
