// Owns the comparison's command: which peers and how many servers, what is printed, and the exit status.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Gathered, gather } from './peers/crowd.ts';
import { installPeers } from './peers/install.ts';
import { duplicatesOf, failuresOf, isStyxyAtFault, type Outcome, outcomeTable } from './peers/outcome.ts';
import { PEERS } from './peers/peers.ts';
import { prepareProgram } from './program.ts';
import { PEER_FIGURES, recordFigures } from './record.ts';
import { machineLine } from './report.ts';

const SERVERS = 200;
const ROUNDS = 3;
const MAX_SERVERS = 1000;

const USAGE = `npm run bench:peers -- [--servers N] [--rounds N] [--only NAME]… [--record] [--program DIR]

A port for each of ${SERVERS} servers that start at once, by Styxy and by packages from npm, which are installed into a temporary
directory. Exits with 1 when one of Styxy's servers does not answer on its port, or a port was given twice. Needs Linux.

  --servers   how many, ${SERVERS} unless given
  --rounds    how often, ${ROUNDS} unless given
  --only      one of ${PEERS.map(({ key }) => key).join(', ')}; may be repeated
  --record    the table into docs/reference/performance.md, after a run of all with ${SERVERS} servers
  --program   the built program in this directory instead of building it
`;

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: String(SERVERS) },
    rounds: { type: 'string', default: String(ROUNDS) },
    only: { type: 'string', multiple: true, default: [] },
    record: { type: 'boolean', default: false },
    program: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) console.log(USAGE);
else process.exitCode = await compare(Number(values.servers), Number(values.rounds));

async function compare(servers: number, rounds: number): Promise<number> {
  const isCount = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  const unknown = values.only.find((name) => !PEERS.some(({ key }) => key === name));
  if (unknown !== undefined || !isCount(servers, MAX_SERVERS) || !isCount(rounds, 100)) {
    console.error(unknown === undefined ? USAGE : `There is no ${unknown}.\n\n${USAGE}`);
    return 2;
  }
  if (values.record && (values.only.length > 0 || servers !== SERVERS)) {
    console.error(`Only a run of all with ${SERVERS} servers is recorded.`);
    return 2;
  }
  if (process.platform !== 'linux') {
    console.error('The comparison starts its daemons as the benchmark does, on Linux alone.');
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'styxy-peers-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const chosen = PEERS.filter(({ key }) => values.only.length === 0 || values.only.includes(key));
  const program = await prepareProgram(scratch, values.program ?? null);
  const installed = await installPeers(
    scratch,
    program,
    chosen.some(({ needsPackages }) => needsPackages),
  );
  const results = new Map<string, Gathered[]>(chosen.map(({ key }) => [key, []]));
  // Round by round: what disturbs the machine for a while disturbs all.
  for (let round = 1; round <= rounds; round++) {
    for (const peer of chosen) {
      const own = mkdtempSync(join(scratch, 'round-'));
      const prepared = await peer.prepare({ program, scratch: own, ...installed });
      const names = Array.from({ length: servers }, (_, at) => `server-${at}`);
      try {
        const gathered = await gather({ ...prepared, names, dir: own }, own);
        results.get(peer.key)?.push(gathered);
        const [failures, twice] = [failuresOf(gathered), duplicatesOf(gathered)];
        process.stderr.write(
          `${peer.key}, round ${round}: ${(gathered.ms / 1000).toFixed(1)} s, ${failures} failures, ${twice} given twice\n`,
        );
      } finally {
        await prepared.stop();
      }
    }
  }
  const outcomes = chosen.map((peer): Outcome => ({ ...peer, rounds: results.get(peer.key) ?? [] }));
  const table = outcomeTable(outcomes);
  console.log(`${machineLine()}\n\n${table}`);
  if (values.record) {
    const day = new Date().toISOString().slice(0, 10);
    const how = `${day}, ${machineLine()}; ${rounds} × ${servers} servers, the median of the times.`;
    process.stderr.write(`recorded in ${recordFigures(`${how}\n\n${table}`, PEER_FIGURES)}\n`);
  }
  return isStyxyAtFault(outcomes) ? 1 : 0;
}
