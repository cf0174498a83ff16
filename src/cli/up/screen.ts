// Owns what `styxy up` shows: each service's lines behind its name, in a colour of its own where a terminal shows it.

import { styleText } from 'node:util';
import type { OutputStream } from '../../run/child.ts';
import type { ServiceView } from '../../up/service-life.ts';
import { hasColours } from '../terminal.ts';
import { visible } from '../visible.ts';
import { print, say } from '../write.ts';

const STDOUT = 1;
const STDERR = 2;
/** Those that can be read on dark and on light ground; a seventh service has the first one's again. */
const COLOURS = ['cyan', 'magenta', 'green', 'yellow', 'blue', 'red'] as const;
const ESC = '\u001b[';
const RESET = `${ESC}0m`;

export interface Screen {
  /** Shows what a service printed, as it printed it. */
  line(service: string, stream: OutputStream, line: string): void;
  /** Shows what Styxy has to tell of a service. */
  tell(service: string, message: string): void;
}

/**
 * @param names of all services
 * @param isDataOnly whether standard output belongs to something else: then everything goes to standard error
 */
export function openScreen(names: readonly string[], env: NodeJS.ProcessEnv, isDataOnly: boolean): Screen {
  const width = Math.max(...names.map((name) => name.length));
  const isColoured = { [STDOUT]: hasColours(env, STDOUT), [STDERR]: hasColours(env, STDERR) };
  const prefix = (name: string, fd: typeof STDOUT | typeof STDERR): string => {
    const text = `${name.padEnd(width)} |`;
    const colour = COLOURS[Math.max(0, names.indexOf(name)) % COLOURS.length] ?? 'cyan';
    return isColoured[fd] ? styleText(colour, text, { validateStream: false }) : text;
  };
  return {
    line(name, stream, line) {
      const fd = stream === 'stdout' && !isDataOnly ? STDOUT : STDERR;
      // What it left coloured must not colour the next one's.
      const end = isColoured[fd] && line.includes(ESC) ? RESET : '';
      (fd === STDOUT ? print : say)(`${prefix(name, fd)} ${line}${end}`);
    },
    tell: (name, message) => say(`${prefix(name, STDERR)} styxy: ${visible(message)}`),
  };
}

/** Those that whoever depends on them can use. */
const READY: readonly ServiceView['state'][] = ['ready', 'completed', 'elsewhere'];

/** What is told once it is known of each service whether it got ready. */
export function settledLines(views: readonly ServiceView[]): string[] {
  const ready = views.filter(({ state }) => READY.includes(state));
  const width = Math.max(...views.map(({ name }) => name.length));
  const count = views.length === 1 ? '1 service is ready' : `all ${views.length} services are ready`;
  const isAll = ready.length === views.length;
  return [
    `styxy: ${isAll ? count : `${ready.length} of ${views.length} services ${ready.length === 1 ? 'is' : 'are'} ready`}`,
    ...views.map((view) => `  ${view.name.padEnd(width)}  ${placeOf(view)}`),
  ];
}

/** Where a service is, or what became of it. */
export function placeOf({ state, lease }: ServiceView): string {
  if (state !== 'ready' && state !== 'elsewhere') return state;
  if (lease === null) return 'it runs';
  return visible(lease.url ?? `port ${lease.port}`);
}
