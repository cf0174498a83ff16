// Owns the properties of the override of a compose file: every published port in it is leased, and nothing else changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSeq, parseDocument } from 'yaml';
import { modelOf } from '../../src/compose/model.ts';
import { movesOf } from '../../src/compose/moves.ts';
import { overrideOf } from '../../src/compose/override.ts';
import { readPort } from '../../src/compose/ports.ts';

const port = fc.integer({ min: 1, max: 60_000 });
const protocol = fc.constantFrom('tcp', 'udp', 'sctp');
const range = fc
  .tuple(port, fc.integer({ min: 0, max: 40 }))
  .map(([start, more]) => `${start}-${start + more}`);

const long = fc.record(
  {
    target: port,
    published: fc.oneof(port, port.map(String), range, fc.constantFrom('', '0', null, 'x')),
    protocol,
    host_ip: fc.constantFrom('127.0.0.1', '::1'),
    name: fc.string(),
    mode: fc.constantFrom('ingress', 'host'),
  },
  { requiredKeys: ['target'] },
);
const short = fc
  .tuple(
    fc.constantFrom('', '127.0.0.1:', '[::1]:'),
    fc.oneof(port, range),
    port,
    fc.constantFrom('', '/tcp', '/udp'),
  )
  .map(([address, host, target, end]) => `${address}${host}:${target}${end}`);
const entry = fc.oneof(long, short, port, fc.anything());
const service = fc.record(
  { image: fc.constantFrom('nginx', 'postgres:16', 'own'), ports: fc.array(entry, { maxLength: 6 }) },
  { requiredKeys: ['ports'] },
);
const config = fc.record({
  services: fc.dictionary(
    fc.stringMatching(/^[a-zA-Z0-9._-]{1,12}$/).filter((name) => name !== '__proto__'),
    service,
    { minKeys: 1, maxKeys: 4 },
  ),
});

/** An entry as Compose understands it: in its long form, without the port of the host where `isWithout`. */
function understood(ports: readonly unknown[], isWithout: boolean): unknown[] {
  return ports.flatMap((each): unknown[] => {
    const read = readPort(each);
    if (read.kind === 'left') return [JSON.stringify(read.entry)];
    return read.ports.map(({ entry: { published, ...rest }, count }) =>
      JSON.stringify({ ...rest, published: isWithout ? count : String(published) }),
    );
  });
}

test('every published port of the override is leased, and nothing else changes', async () => {
  await fc.assert(
    fc.asyncProperty(config, port, async (given, from) => {
      // As it comes: through JSON.
      const said = JSON.parse(JSON.stringify(given)) as { services: Record<string, { ports: unknown[] }> };
      const model = modelOf(said);
      assert.ok(model !== null);
      const { moves } = movesOf(model);
      let next = from;
      const moved = moves.map((move) => {
        next += move.count;
        return { move, port: next - move.count };
      });
      const leased = new Map(
        moved.map(({ move, port: first }) => [
          `${move.service} ${move.protocol} ${first} ${move.count}`,
          move,
        ]),
      );
      const text = await overrideOf(model, moved);
      if (text === null) return assert.deepEqual(moves, []);
      const document = parseDocument(text, { logLevel: 'silent' });
      assert.deepEqual(document.errors, []);
      const { services, ...rest } = document.toJS() as {
        services: Record<string, { ports: unknown[]; [key: string]: unknown }>;
      };
      assert.deepEqual(rest, {});
      assert.deepEqual(new Set(Object.keys(services)), new Set(moves.map((move) => move.service)));
      for (const [name, { ports, ...others }] of Object.entries(services)) {
        assert.deepEqual(others, {});
        const node = document.getIn(['services', name, 'ports'], true);
        assert.ok(isSeq(node) && node.tag === '!override');
        assert.deepEqual(understood(ports, true), understood(said.services[name]?.ports ?? [], true));
        for (const each of ports) {
          const read = readPort(each);
          if (read.kind === 'left') continue;
          for (const { protocol: of, start, count } of read.ports)
            assert.ok(count > 32 || leased.has(`${name} ${of} ${start} ${count}`), `${start} of ${name}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever stands in `ports`, reading it fails for nobody', () => {
  fc.assert(fc.property(fc.anything(), (anything) => void readPort(anything)));
});
