import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toAutoAllocation } from './auto-allocation.ts';
import type { AutoAllocationConfig } from './config.ts';
import { parseConfig } from './parse-config.ts';
import type { PlacementModule } from './placement-module.ts';

function shipped(
  more: Partial<AutoAllocationConfig> = {},
  ephemeralStart = 32_768,
  module: PlacementModule | null = null,
) {
  const ephemeral = { start: 32_768, end: 60_999 };
  const { config } = parseConfig('{}', { ephemeral, ownPort: 9876 });
  return toAutoAllocation({ ...config.auto_allocation, ...more }, ephemeralStart, module);
}

describe('automatic ranges', () => {
  it('have the shipped sizes, places and bounds', () => {
    const auto = shipped();
    assert.deepEqual(auto?.policy.bounds, { start: 10_000, end: 32_767 });
    assert.equal(auto?.policy.gap, 10);
    assert.ok(auto?.policy.avoided.has(11_434) && auto.policy.avoided.has(10_250));
    for (const [name, size, placement, preferredStart] of [
      ['grpc', 10, 'after', null],
      ['monitoring-grafana', 20, 'smart', 9000],
      ['database-x', 5, 'after', 5400],
      ['database', 10, 'after', null],
    ] as const) {
      assert.deepEqual(auto?.ruleOf(name), { size, placement, preferredStart, own: null }, name);
    }
  });

  it('stay below the ports that the system hands out by itself', () => {
    assert.equal(shipped({}, 20_000)?.policy.bounds.end, 19_999);
  });

  it('keep no distance where gaps are not wanted, and are none where they are switched off', () => {
    assert.equal(shipped({ preserve_gaps: false })?.policy.gap, 0);
    assert.equal(shipped({ enabled: false }), null);
  });

  it('are a module’s to place also while it cannot be asked', () => {
    const rule = shipped({ placement: 'module' })?.ruleOf('grpc');
    assert.equal(rule?.placement, 'after');
    assert.equal(typeof rule?.own, 'function');
  });

  it('follow the longest pattern that fits', () => {
    const rules = { 'a*': { chunk_size: 1 }, 'a-b?': { chunk_size: 2 }, '*': { chunk_size: 3 } };
    const auto = shipped({ rules });
    for (const [name, size] of [
      ['a', 1],
      ['a-bc', 2],
      ['a-bcd', 1],
      ['z', 3],
    ] as const) {
      assert.equal(auto?.ruleOf(name).size, size, name);
    }
  });
});
