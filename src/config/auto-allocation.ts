// Owns the rules of automatic ranges as decisions read them: which rule a name falls under, and where ranges may lie.

import type { AutoAllocation } from '../core/catalogue.ts';
import type { RangeRule } from '../core/range-planner.ts';
import { matchesWildcard } from '../wildcard.ts';
import type { AutoAllocationConfig } from './config.ts';
import type { PlacementModule } from './placement-module.ts';
import { WELL_KNOWN_SERVERS } from './shipped-catalogue.ts';

/**
 * What the configuration says of automatic ranges.
 *
 * @param ephemeralStart the first port that the system hands out by itself: no range reaches it
 * @param module the user's own strategy for places; null for none
 * @returns null where they are switched off
 */
export function toAutoAllocation(
  config: AutoAllocationConfig,
  ephemeralStart: number,
  module: PlacementModule | null,
): AutoAllocation | null {
  if (!config.enabled) return null;
  // Of two patterns that fit, the longer one says more of the name.
  const rules = Object.entries(config.rules)
    .map(([pattern, rule]) => ({ pattern, rule }))
    .sort((a, b) => b.pattern.length - a.pattern.length);
  return {
    policy: {
      bounds: { start: config.min_port, end: Math.min(config.max_port, ephemeralStart - 1) },
      gap: config.preserve_gaps ? config.gap_size : 0,
      avoided: new Set(Object.keys(WELL_KNOWN_SERVERS).map(Number)),
    },
    ruleOf: (name): RangeRule => {
      const rule = rules.find(({ pattern }) => matchesWildcard(pattern, name))?.rule;
      const placement = rule?.placement ?? config.placement;
      return {
        size: rule?.chunk_size ?? config.default_chunk_size,
        // What a module does not choose is made as if nothing had been said.
        placement: placement === 'module' ? 'after' : placement,
        // One that cannot be asked has no wish, but is still who decides.
        own: placement === 'module' ? (module?.placement ?? (() => null)) : null,
        preferredStart: rule?.preferred_range_start ?? null,
      };
    },
  };
}
