// Owns the promise that services start behind what they depend on, whatever their file says.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Dependencies, findCycle, startOrder } from '../../src/up/start-order.ts';

const RUNS = 2_000;

/** Any services, each depending on any others, itself among them. */
const graphs: fc.Arbitrary<Dependencies> = fc.integer({ min: 1, max: 8 }).chain((size) => {
  const names = Array.from({ length: size }, (_, index) => `s${index}`);
  return fc
    .array(fc.subarray(names, { maxLength: Math.min(3, size) }), { minLength: size, maxLength: size })
    .map((edges) => new Map(names.map((name, index) => [name, edges[index] ?? []])));
});

const names = (graph: Dependencies): string[] => [...graph.keys()];

/** Whether everybody can start: again and again whoever waits for nobody any more. */
function canAllStart(graph: Dependencies): boolean {
  const started = new Set<string>();
  for (let before = -1; before < started.size; ) {
    before = started.size;
    for (const [name, waits] of graph) if (waits.every((each) => started.has(each))) started.add(name);
  }
  return started.size === graph.size;
}

/** All that a service needs, by any way. */
function needs(graph: Dependencies, wanted: readonly string[]): Set<string> {
  const found = new Set(wanted);
  for (const name of found) for (const next of graph.get(name) ?? []) found.add(next);
  return found;
}

describe('the order in which services start', () => {
  it('exists exactly where there is no circle', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const cycle = findCycle(graph);
        assert.equal(cycle === null, canAllStart(graph));
        cycle?.slice(1).forEach((name, index) => {
          assert.ok(graph.get(cycle[index] ?? '')?.includes(name));
        });
        if (cycle !== null) assert.equal(cycle[0], cycle.at(-1));
      }),
      { numRuns: RUNS },
    );
  });

  it('has each that is needed once, behind all that it depends on', () => {
    const cases = graphs
      .filter(canAllStart)
      .chain((graph) => fc.tuple(fc.constant(graph), fc.option(fc.subarray(names(graph)))));
    fc.assert(
      fc.property(cases, ([graph, wanted]) => {
        const order = startOrder(graph, wanted);
        assert.deepEqual([...order].sort(), [...needs(graph, wanted ?? names(graph))].sort());
        order.forEach((name, index) => {
          for (const other of graph.get(name) ?? []) assert.ok(order.slice(0, index).includes(other));
        });
      }),
      { numRuns: RUNS },
    );
  });
});
