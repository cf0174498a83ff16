// Owns the shapes of a scan: every port that is in use on the machine, and by whom.

import type { Static } from 'typebox';
import { count, nullable } from './fields.ts';
import * as names from './names.ts';
import { LeaseJson } from './schemas.ts';
import * as Type from './type.ts';

const { optional } = Type;

export const ScanQuery = Type.object(
  {
    start: optional(names.anyPort({ description: 'The first port; 1 unless given' })),
    end: optional(names.anyPort({ description: 'The last port, included; 65535 unless given' })),
  },
  { additionalProperties: false, description: 'Which ports' },
);
export type ScanQuery = Static<typeof ScanQuery>;

export const PortInUse = Type.object(
  {
    port: names.anyPort({ description: 'The port' }),
    protocol: names.protocol({ description: 'Its name space' }),
    addresses: Type.array(Type.string(), { description: 'The addresses that it is taken on' }),
    pid: nullable(Type.integer(), 'The process that has it'),
    process: nullable(Type.string(), 'Its name'),
    command: nullable(Type.string(), 'Its command line, secrets masked'),
    user: nullable(Type.string(), 'Whose it is'),
    container: nullable(Type.string(), 'The container that the port belongs to'),
    lease: nullable(LeaseJson, 'The lease that covers it'),
  },
  { description: 'A port that one process has; null where it cannot be known' },
);
export type PortInUse = Static<typeof PortInUse>;

export const ScanAnswer = Type.object(
  {
    start: names.anyPort({ description: 'The first port that was looked at' }),
    end: names.anyPort({ description: 'The last one' }),
    count: count('How many entries there are'),
    ports_in_use: Type.array(PortInUse, {
      description: 'By port; a port that several processes share comes once for each',
    }),
  },
  { description: 'The ports in use' },
);
export type ScanAnswer = Static<typeof ScanAnswer>;
