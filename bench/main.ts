// Owns the benchmark's command: which cases run, how long, what is printed, and the exit status.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, FULL, QUICK } from './bench.ts';
import { check } from './cases/check.ts';
import { cleanup } from './cases/cleanup.ts';
import { commandLine } from './cases/command-line.ts';
import { firstAnswer } from './cases/first-answer.ts';
import { growth } from './cases/growth.ts';
import { hooks } from './cases/hooks.ts';
import { idle } from './cases/idle.ts';
import { liveness } from './cases/liveness.ts';
import { memory } from './cases/memory.ts';
import { requests } from './cases/requests.ts';
import { scan } from './cases/scan.ts';
import { startLoadProcess } from './load-process.ts';
import { prepareProgram } from './program.ts';
import { FIGURES, recordFigures } from './record.ts';
import { isMissed, machineLine, markdownTable, plainTable, type Row } from './report.ts';

const CASES: readonly Case[] = [
  requests,
  check,
  scan,
  growth,
  commandLine,
  hooks,
  firstAnswer,
  memory,
  idle,
  liveness,
  cleanup,
];

const USAGE = `npm run bench -- [--quick] [--only NAME]… [--markdown] [--record] [--program DIR]

Measures the built program against its limits, and exits with 1 when one is missed. Needs Linux.

  --quick     a short run that only shows that everything works; it judges nothing
  --only      one of the cases, may be repeated:
${CASES.map(({ name, summary }) => `                ${name.padEnd(14)}${summary}`).join('\n')}
  --markdown  the table in Markdown
  --record    the table into docs/reference/performance.md, after a run of all cases
  --program   measure the program in this directory instead of building it, to compare two builds
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    markdown: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    program: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) console.log(USAGE);
else process.exitCode = await measure();

async function measure(): Promise<number> {
  const unknown = values.only.find((name) => !CASES.some((each) => each.name === name));
  if (unknown !== undefined) {
    console.error(`There is no case ${unknown}.\n\n${USAGE}`);
    return 2;
  }
  if (values.record && (values.quick || values.only.length > 0)) {
    console.error('Only a full run is recorded.');
    return 2;
  }
  if (process.platform !== 'linux') {
    console.error('The benchmark reads /proc, which only Linux has.');
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'styxy-bench-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  // An `exit` of our own, so that what was started is ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const program = await prepareProgram(scratch, values.program ?? null);
  const load = startLoadProcess();
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const rows: Row[] = [];
  try {
    for (const each of CASES) {
      if (values.only.length > 0 && !values.only.includes(each.name)) continue;
      rows.push(...(await each.run({ program, scratch, load, plan: values.quick ? QUICK : FULL, say })));
    }
  } finally {
    load.stop();
  }
  const table = values.markdown ? markdownTable : plainTable;
  console.log(`${machineLine()}\n\n${table(rows, !values.quick)}`);
  if (values.record) {
    const day = new Date().toISOString().slice(0, 10);
    const page = recordFigures(`${day}, ${machineLine()}.\n\n${markdownTable(rows, true)}`, FIGURES);
    say(`recorded in ${page}`);
  }
  return !values.quick && rows.some(isMissed) ? 1 : 0;
}
