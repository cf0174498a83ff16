import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckAnswer, LeaseJson } from '../../api/schemas.ts';
import { type Silence, waitTimeout } from './wait-reasons.ts';

const lease = { service_name: 'web', service_type: 'dev', port: 3000, state: 'reserved', drift: [] };
const usage = { pid: 7, process: 'vite', container: null };
const free: Silence = {
  target: { name: 'web', project: '/src' },
  timeoutSeconds: 5,
  isHttp: false,
  places: [],
  names: [],
};

function place(more: object): CheckAnswer {
  return {
    port: 3000,
    protocol: 'tcp',
    allocated_to: lease as unknown as LeaseJson,
    system_usage: null,
    ...more,
  } as CheckAnswer;
}

describe('a server that did not answer', () => {
  const cases: readonly [name: string, silence: Partial<Silence>, why: RegExp, hint: RegExp][] = [
    ['nobody listens', { places: [place({})] }, /listens on port 3000, which web has$/, /styxy check 3000/],
    [
      'it is on another port',
      { places: [place({ allocated_to: { ...lease, drift: [5174] } })] },
      /it listens on 5174 instead of its own port 3000$/,
      /styxy wait 5174/,
    ],
    [
      'a stranger is there',
      { places: [place({ allocated_to: { ...lease, state: 'hijacked' }, system_usage: usage })] },
      /vite \(pid 7\) listens on its port 3000/,
      /styxy check 3000/,
    ],
    [
      'it speaks no HTTP',
      { isHttp: true, places: [place({ system_usage: usage })] },
      /but answers a GET/,
      /Without --http/,
    ],
    [
      'one of two copies says more',
      { places: [place({}), place({ allocated_to: { ...lease, drift: [1] } })] },
      /listens on 1/,
      /wait 1/,
    ],
    ['of a UDP port', { places: [place({ protocol: 'udp' })] }, /on UDP port 3000/, /styxy check 3000 --udp/],
    ['the name is mistyped', { names: ['webb', 'api'] }, /no service/, /Did you mean webb\?/],
    ['there is no such name', { names: ['frontend', 'api'] }, /no service/, /has frontend, api\./],
    ['there is nothing at all', {}, /no service of this project has that name$/, /Nothing of this project/],
  ];
  for (const [name, silence, why, hint] of cases) {
    it(`says so where ${name}`, () => {
      const error = waitTimeout({ ...free, ...silence });
      assert.match(error.message, /^web did not answer within 5 s: /);
      assert.match(error.message, why);
      assert.match(error.hint, hint);
    });
  }
});
