import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cellAt, layoutOf, placeOf, stepTo } from './cell-layout.ts';

describe('the cells of a strip', () => {
  it('stand in fives, smaller where there are many', () => {
    assert.deepEqual(layoutOf(100, 300), { side: 9, step: 11, perRow: 25, height: 42 });
    assert.equal(layoutOf(100, 60).perRow, 5);
    assert.equal(layoutOf(100, 0).perRow, 1);
    assert.ok(layoutOf(10_000, 300).height < 900);
  });

  it('are found under the pointer where they are drawn', () => {
    const layout = layoutOf(95, 300);
    for (let index = 0; index < 95; index++) {
      const { x, y } = placeOf(layout, index);
      assert.equal(cellAt(layout, 95, x + 4, y + 4), index);
    }
    assert.equal(cellAt(layout, 95, 299, 5), null);
    assert.equal(cellAt(layout, 95, 20 * 11 + 1, 3 * 11 + 1), null);
    assert.equal(cellAt(layout, 95, -1, 0), null);
  });

  it('are reached by keys, and the taken ones at once', () => {
    const layout = layoutOf(95, 300);
    const go = (key: string, from: number): number | null =>
      stepTo(key, from, layout, 95, (index) => index % 30 === 0);
    const cases: [string, number, number | null][] = [
      ['ArrowRight', 0, 1],
      ['ArrowRight', 94, 94],
      ['ArrowLeft', 0, 0],
      ['ArrowDown', 3, 28],
      ['ArrowDown', 90, 90],
      ['ArrowUp', 28, 3],
      ['ArrowUp', 3, 3],
      ['Home', 50, 0],
      ['End', 50, 94],
      ['PageDown', 0, 30],
      ['PageDown', 90, 90],
      ['PageUp', 90, 60],
      ['PageUp', 0, 0],
      ['x', 5, null],
    ];
    for (const [key, from, to] of cases) assert.equal(go(key, from), to, `${key} from ${from}`);
  });
});
