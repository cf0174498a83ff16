// Owns `styxy demo`: what it tells of the demo while it is played.

import { constants } from 'node:os';
import type { DemoKill, DemoReport, DemoRow } from '../../demo/demo.ts';
import type { Command } from '../command.ts';
import { type Column, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Show three checkouts that start the same servers at once, and clean up',
  details: [
    'In a temporary directory, with a daemon of its own, three git worktrees each start the same two servers at the same moment, all wanting the same two ports. The table shows which process got which port and what its URL answered. Then one server is ended by kill -9, and its port is granted again.',
    'Everything that is claimed is checked, else the status is not 0. Your own daemon and STYXY_HOME are not touched, and no process and no file is left.',
  ],
  usage: ['demo'],
  examples: [{ line: 'styxy demo', description: 'Takes a few seconds and needs git' }],
  async run({ env, isJson }) {
    const { playDemo } = await import('../../demo/demo.ts');
    const interruption = new AbortController();
    let interruptedBy: NodeJS.Signals | null = null;
    const interrupt = (signal: NodeJS.Signals): void => {
      if (interruptedBy === null) say(`styxy: ${signal}, cleaning up`);
      interruptedBy ??= signal;
      interruption.abort(new Error(signal));
    };
    for (const signal of SIGNALS) process.on(signal, interrupt);
    if (!isJson)
      print('Three checkouts start a web server (port 3000) and an API (port 8000), all at once …');
    try {
      const report = await playDemo({
        self: { file: process.execPath, args: [...process.execArgv, ...process.argv.slice(1, 2)] },
        env,
        signal: interruption.signal,
        onRows: (rows, notes) => {
          if (!isJson) printRows(rows, notes);
        },
        onKilled: (killed) => {
          if (!isJson) printKill(killed);
        },
      });
      finish(report, isJson);
      return 0;
    } catch (error) {
      if (interruptedBy === null) throw error;
      return 128 + constants.signals[interruptedBy as NodeJS.Signals];
    } finally {
      for (const signal of SIGNALS) process.off(signal, interrupt);
    }
  },
};

const COLUMNS: readonly Column<DemoRow>[] = [
  { title: 'CHECKOUT', cell: ({ checkout }) => checkout },
  { title: 'SERVICE', cell: ({ service }) => service },
  { title: 'PID', cell: ({ pid }) => String(pid), isRight: true },
  { title: 'PORT', cell: ({ port }) => String(port), isRight: true },
  { title: 'URL', cell: ({ url }) => url },
  { title: 'ANSWER', cell: ({ answer }) => answer },
];

function printRows(rows: readonly DemoRow[], notes: readonly string[]): void {
  print(['', ...tableLines(COLUMNS, rows), ''].join('\n'));
  print(`${rows.length} servers have ${rows.length} ports, and each URL answered from its own checkout.`);
  for (const note of notes) print(visible(note));
}

function printKill({ service, checkout, pid, port }: DemoKill): void {
  print(`kill -9 ${pid} (${service} of ${checkout}): its lease ended, and port ${port} was granted again.`);
}

function finish(report: DemoReport, isJson: boolean): void {
  if (isJson) printJson(report);
  else print('All servers and the daemon are stopped; no process and no file is left.');
}
