// Owns the reading of the sockets by `lsof`, where nothing cheaper answers.

import { LSOF_FIELDS, parseLsof } from './parse-lsof.ts';
import { findProgram, programOutput } from './program-output.ts';
import type { SocketReading } from './socket-row.ts';

/** Without root `lsof` shows one's own sockets alone. */
export async function readLsof(): Promise<SocketReading | null> {
  const path = await findProgram('lsof');
  if (path === null) return null;
  // Its exit status says whether anything was found; we listen ourselves, so that nothing at all is a failure.
  const text = await programOutput(path, ['-nP', '-w', '-i', `-F0${LSOF_FIELDS}`], { mayFail: true });
  return text === null || text === '' ? null : { rows: parseLsof(text), hasOwners: true };
}
