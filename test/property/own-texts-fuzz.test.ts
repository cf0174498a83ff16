// Throws damaged and invented texts at the readers of what Styxy itself wrote or asked for: files of its own, answers of its daemon
// and of a service manager, what the store remembers. STYXY_FUZZ multiplies the number of texts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { originOf, seal } from '../../src/autostart/sealed-text.ts';
import { parseUnits, spanUs } from '../../src/autostart/unit-state.ts';
import { eventReader } from '../../src/client/event-lines.ts';
import { readAnswer } from '../../src/client/http-answer.ts';
import { droppedRanges } from '../../src/config/dropped-ranges.ts';
import { readLastGood } from '../../src/config/last-good.ts';
import { createRangeDebts } from '../../src/daemon/range-debts.ts';
import { isSameDirectory, mountOf } from '../../src/os/mounts.ts';
import { damaged } from './damaged-text.ts';

const RUNS = 300 * Number(process.env.STYXY_FUZZ ?? 1);

const MOUNTS =
  '22 28 0:20 / /proc rw,nosuid - proc proc rw\n28 1 259:2 / / rw - ext4 /dev/root rw\n40 28 0:35 /a\\040b /mnt/a\\040b rw shared:1 - nfs4 host:/x rw\n';
const UNITS =
  'Id=styxy.service\nLoadState=loaded\nActiveState=active\nWatchdogUSec=1min\n\nId=styxy.socket\nLoadState=not-found\nActiveState=inactive\n';
const EVENTS = ': hello\n\nid: 7\nevent: granted\ndata: {"port":3000}\n\nid: 8\n\n';
const ANSWERS = [
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\ntext to the end',
];
const VALUES =
  '{"service_types":{"dev":{"range":[3000,3099],"preferred_ports":[3000]},"job":{"range":[7000,7009]}},"terms":{"lease_ttl_seconds":60}}';
const DEBTS = '[{"name":"job","start":7000,"end":7009,"madeAt":1790000000000}]';

function assertRanges(ranges: Iterable<{ readonly start: number; readonly end: number }>): void {
  for (const { start, end } of ranges)
    assert.ok(Number.isInteger(start) && Number.isInteger(end) && end <= 65_535, `${start} to ${end}`);
}

interface Reader {
  readonly samples: readonly string[];
  readonly read: (text: string) => unknown;
}

const READERS: Readonly<Record<string, Reader>> = {
  mountinfo: {
    samples: [MOUNTS],
    read: (text) => {
      mountOf(text, '/mnt/a b/c');
      isSameDirectory('/proc', text, MOUNTS);
    },
  },
  'a sealed file': {
    samples: [seal('[Unit]\nDescription=Styxy\n', 'hash'), seal('<Task>\n</Task>\n', 'xml')],
    read: originOf,
  },
  'systemctl show': {
    samples: [UNITS],
    read: (text) => {
      for (const state of parseUnits(text).values()) spanUs(state.WatchdogUSec);
    },
  },
  'events of the daemon': {
    samples: [EVENTS],
    read: (text) => {
      const take = eventReader(() => {});
      for (const line of text.split('\n')) take(line);
    },
  },
  'an HTTP answer': {
    samples: ANSWERS,
    read: (text) => {
      const answer = readAnswer();
      try {
        for (let at = 0; at < text.length; at += 7) answer.push(Buffer.from(text.slice(at, at + 7), 'utf8'));
        answer.end();
      } catch (error) {
        assert.match(String(error), /^Error: the answer /);
      }
      answer.text();
    },
  },
  'the last good configuration': {
    samples: [VALUES],
    read: (text) => {
      readLastGood(text, { ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 });
    },
  },
  'the configuration before an edit': {
    samples: [VALUES],
    read: (text) => {
      droppedRanges(text, VALUES);
      droppedRanges(VALUES, text);
    },
  },
  'the ranges that config.json is owed': {
    samples: [DEBTS],
    read: async (text) => {
      const debts = createRangeDebts({ readNote: () => text, writeNote: () => {} });
      assertRanges(await debts.read());
    },
  },
};

describe('whatever stands in a text of our own, it is read without a crash:', () => {
  for (const [name, { samples, read }] of Object.entries(READERS)) {
    it(name, async () => {
      for (const sample of samples) await read(sample);
      await fc.assert(
        fc.asyncProperty(damaged(samples), async (text) => {
          await read(text);
        }),
        { numRuns: RUNS },
      );
    });
  }
});
