// Owns what config.json may say of automatic ranges, those that an unknown service type gets at its first request.

import { MAX_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';
import { type ChoiceSetting, integer, type SectionSetting } from './setting.ts';

const PLACEMENTS = ['after', 'before', 'smart', 'module'] as const;
/** A larger range for one type, or a larger gap, leaves no room for others. */
const MAX_CHUNK_PORTS = 1000;

const placement = (fallback: string | undefined, description: string): ChoiceSetting => {
  return { kind: 'choice', values: PLACEMENTS, default: fallback, description };
};
const port = (fallback: number | undefined, description: string) => {
  return integer(MIN_UNPRIVILEGED_PORT, MAX_PORT, fallback, description);
};

export const AUTO_ALLOCATION_SCHEMA: SectionSetting = {
  kind: 'section',
  description: 'The ranges that unknown service types get by themselves.',
  keys: {
    enabled: {
      kind: 'flag',
      default: true,
      description: 'Whether an unknown service type gets a range at its first request.',
    },
    default_chunk_size: integer(
      1,
      MAX_CHUNK_PORTS,
      10,
      'How many ports a range has, unless a rule says otherwise.',
    ),
    placement: placement(
      'after',
      'Where a range is looked for: `after` the highest automatic one, `before` the lowest one, `smart`, near the types with the same prefix, or where the `module` says.',
    ),
    placement_module: {
      kind: 'text',
      maxLength: 4096,
      default: '',
      description:
        "For `module`: a script of your own that sets `module.exports` to a function from the case to a first port. A path that is absolute, begins with `~/`, or counts from this file's directory; nobody else may be able to write it.",
    },
    min_port: port(10_000, 'The lowest port of automatic ranges.'),
    max_port: port(
      32_767,
      'The highest port of automatic ranges, which also stay below the ports that the system hands out by itself.',
    ),
    preserve_gaps: { kind: 'flag', default: true, description: 'Whether ranges keep a distance.' },
    gap_size: integer(0, MAX_CHUNK_PORTS, 10, 'How many ports that distance has.'),
    rules: {
      kind: 'table',
      entryName: 'a rule',
      namePattern: /^[a-z0-9*?-]{1,50}$/,
      nameRule: 'lower-case letters, digits, hyphens, * and ?, at most 50',
      maxEntries: 100,
      entry: {
        kind: 'section',
        description: 'What holds for the types whose name matches; what is left out is as above.',
        keys: {
          chunk_size: integer(1, MAX_CHUNK_PORTS, undefined, 'How many ports a range has.'),
          placement: placement(undefined, 'Where a range is looked for.'),
          preferred_range_start: port(undefined, 'Where the search begins; it may lie below `min_port`.'),
        },
      },
      default: {
        'monitoring-*': { chunk_size: 20, placement: 'smart', preferred_range_start: 9000 },
        'database-*': { chunk_size: 5, preferred_range_start: 5400 },
      },
      description: 'Exceptions by pattern of names, where `*` stands for any characters and `?` for one.',
    },
  },
};
