// Owns the question which port a command wanted, for a program that complains of one and does not say which.

import { programName } from '../tools/word.ts';
import type { SimpleCommand } from './command-line.ts';
import { readCommandLine } from './read-command-line.ts';
import { firstScope } from './scope.ts';
import { readServers, type Surroundings } from './server-command.ts';
import { walkCommands } from './walk-commands.ts';

/** @returns null where it is not one port for certain */
export function meantPort(text: string, around: Surroundings): number | null {
  const line = readCommandLine(text);
  if (line === null) return null;
  const ports = new Set<number>();
  walkCommands(line, firstScope(around), ({ command }) => {
    const port = portOfRun(command);
    if (port !== null) ports.add(port);
  });
  for (const { askedPort, plan } of readServers(line, around).servers) {
    const port = askedPort ?? plan.defaultPort;
    if (port !== null) ports.add(port);
  }
  const [only, ...more] = ports;
  return only === undefined || more.length > 0 ? null : only;
}

/** `styxy run --lock ID -p 3001 -- …`, as a hook writes it. */
function portOfRun({ words }: SimpleCommand): number | null {
  const texts = words.map(({ value }) => value ?? '');
  const at = texts.findIndex((text) => ['styxy', 'styxy.cjs'].includes(programName(text)));
  if (at < 0 || texts[at + 1] !== 'run') return null;
  const option = texts.findIndex((text, index) => index > at && (text === '-p' || text === '--port'));
  const end = texts.indexOf('--', at);
  const port = option < 0 || (end >= 0 && option > end) ? 0 : Number(texts[option + 1]);
  return Number.isInteger(port) && port > 0 ? port : null;
}
