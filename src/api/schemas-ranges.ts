// Owns the shapes of automatic ranges: those that there are, switching them, taking one back, moving them together.

import type { Static } from 'typebox';
import { count, flag, message, nullable, text, time, yes } from './fields.ts';
import * as Type from './type.ts';

const port = (description: string) => Type.integer({ description });

const automaticRange = Type.object(
  {
    service_type: text('The service type that has it'),
    start: port('Its first port'),
    end: port('Its last port'),
    made_at: time('When it was made'),
    leases: count('Live leases of the type'),
    in_config: flag('config.json has the type too'),
  },
  { description: 'A range that a service type got by itself' },
);

export const AutoAllocationAnswer = Type.object(
  {
    success: yes(),
    enabled: flag('Whether an unknown service type gets a range'),
    min_port: nullable(Type.integer(), 'The lowest port of new ranges; null where none are made'),
    max_port: nullable(Type.integer(), "The highest one, below the system's own range"),
    gap_size: nullable(Type.integer(), 'How many ports lie between two ranges at least'),
    placement_problem: nullable(
      Type.string(),
      "Why the user's own placement module is not followed; null where it is, and where there is none",
    ),
    ranges: Type.array(automaticRange, { description: 'The automatic ranges, ascending' }),
    not_in_config: nullable(Type.string(), 'Why config.json does not have all of them; null where it has'),
  },
  { description: 'The automatic ranges and how they are made' },
);
export type AutoAllocationAnswer = Static<typeof AutoAllocationAnswer>;
export type AutomaticRangeJson = AutoAllocationAnswer['ranges'][number];

export const AutoAllocationBody = Type.object(
  { enabled: Type.boolean({ description: 'Whether an unknown service type gets a range' }) },
  { additionalProperties: false, description: 'Switches automatic ranges on or off, in config.json' },
);
export type AutoAllocationBody = Static<typeof AutoAllocationBody>;

export const UndoRangeQuery = Type.object(
  { force: Type.optional(Type.boolean({ description: 'Ends its leases', default: false })) },
  { additionalProperties: false, description: 'How thoroughly' },
);
export type UndoRangeQuery = Static<typeof UndoRangeQuery>;

export const UndoRangeAnswer = Type.object(
  {
    success: yes(),
    service_type: text('The service type'),
    start: port('The first port of the range it had'),
    end: port('The last one'),
    leases_ended: count('Leases that ended with it'),
    message: message(),
  },
  { description: 'A range that is gone' },
);
export type UndoRangeAnswer = Static<typeof UndoRangeAnswer>;

export const ConsolidateBody = Type.object(
  { apply: Type.optional(Type.boolean({ description: 'Moves them; else only the plan', default: false })) },
  { additionalProperties: false, description: 'Plan or deed; may be left out altogether' },
);
export type ConsolidateBody = Static<typeof ConsolidateBody>;

export const ConsolidateAnswer = Type.object(
  {
    success: yes(),
    applied: flag('Whether they were moved'),
    not_in_config: nullable(
      Type.string(),
      'Why config.json, whose ranges count, still has another range for one that moved; null where it follows, and for a plan',
    ),
    moves: Type.array(
      Type.object({
        service_type: text('The service type'),
        from: Type.array(Type.integer(), { description: 'First and last port before' }),
        to: Type.array(Type.integer(), { description: 'First and last port after' }),
      }),
      { description: 'The ranges that move, none that is in use' },
    ),
  },
  { description: 'How the holes between automatic ranges are closed' },
);
export type ConsolidateAnswer = Static<typeof ConsolidateAnswer>;
