// Owns the way from a user's command to the server that it starts: through launchers, package scripts and shells.

import { dirname, resolve } from 'node:path';
import { readCall } from './package-manager.ts';
import { resolveCall } from './package-script.ts';
import { peel } from './peel.ts';
import { type Recognised, recogniseLeaseless, recogniseTool } from './recognition.ts';
import { readShellLine, type ShellWord, type SimpleCommand } from './shell-words.ts';
import { type ProjectReader, type Situation, withAssigned } from './situation.ts';
import type { Leaseless, Tool } from './tool.ts';
import type { Word } from './word.ts';

export type Route =
  | { readonly kind: 'tool'; readonly tool: Recognised<Tool>; readonly situation: Situation }
  | { readonly kind: 'leaseless'; readonly what: Leaseless; readonly situation: Situation }
  /** Whatever it is, it runs in `situation.directory`. */
  | { readonly kind: 'unknown'; readonly situation: Situation };

/** How many commands are looked at in all: a script may call itself, even twice in one line. */
const MAX_STEPS = 100;

/** What several packages' scripts are called where one command runs them all. */
const MANY_SCRIPTS: Leaseless = {
  id: 'many-scripts',
  name: 'this command',
  commands: [],
  kind: 'several',
  advice: 'Let each package start its own by `styxy run` in its script.',
};

/** What is read from, and how many steps may still be taken. */
interface Way {
  readonly reader: ProjectReader;
  left: number;
}

/** Follows a command to what it starts in the end. */
export function follow(situation: Situation, reader: ProjectReader): Route {
  const way = { reader, left: MAX_STEPS };
  const route = step(situation, way);
  // Of a way that was not gone to its end, the part that was seen proves nothing.
  return way.left > 0 ? route : { kind: 'unknown', situation };
}

function step(situation: Situation, way: Way): Route {
  const unknown: Route = { kind: 'unknown', situation };
  const { reader } = way;
  const { words, directory } = situation;
  if (way.left === 0 || words[0]?.isLiteral !== true) return unknown;
  way.left -= 1;
  const leaseless = recogniseLeaseless(words);
  if (leaseless !== null) return { kind: 'leaseless', what: leaseless.entry, situation };
  const tool = recogniseTool(words, (path) => reader.text(resolve(directory, path)));
  if (tool !== null) return { kind: 'tool', tool, situation: inItsFolder(situation) };
  const call = readCall(words);
  if (call === 'several') return { kind: 'leaseless', what: MANY_SCRIPTS, situation };
  const next = call === null ? peel(situation) : resolveCall(call, situation, reader);
  if (next === null) return unknown;
  if (next.kind === 'nothing') return { kind: 'unknown', situation: next.situation };
  return next.kind === 'text' ? followText(next.text, next.situation, way) : step(next.situation, way);
}

/** A `manage.py` or `artisan` of another folder is another app's, whatever directory it is started from. */
function inItsFolder(situation: Situation): Situation {
  const path = situation.words[0]?.text ?? '';
  if (!/[/\\](?:manage\.py|artisan)$/.test(path)) return situation;
  return { ...situation, directory: dirname(resolve(situation.directory, path)) };
}

/** Follows a shell's text; the words of its situation stand behind it, as a package manager puts them there. */
function followText(text: string, situation: Situation, way: Way): Route {
  const line = readShellLine(text);
  const unknown: Route = { kind: 'unknown', situation: { ...situation, words: [] } };
  if (line.kind === 'unknown') return unknown;
  const routes: Route[] = [];
  let at: Situation = situation;
  for (const command of line.commands) {
    const isLast = command === line.commands.at(-1) && command.operator === null;
    const after = afterSetting(command, at);
    if (after === null) return unknown;
    at = after;
    if (isSetting(command)) continue;
    const words: Word[] = command.words.map(toWord);
    routes.push(
      step(
        withAssigned(
          {
            ...at,
            words: isLast ? [...words, ...situation.words] : words,
            separators: isLast ? situation.separators : null,
          },
          command.assignments,
        ),
        way,
      ),
    );
  }
  return choose(routes, line.commands, unknown, situation);
}

function toWord({ text, isLiteral }: ShellWord): Word {
  return { text, isLiteral, at: null };
}

/** A command that changes what comes after it, and starts nothing. */
function isSetting({ words }: SimpleCommand): boolean {
  const program = words[0]?.text;
  return program === undefined || program === 'cd' || program === 'export';
}

/** The situation after `cd`, `export` or plain assignments; null where it cannot be known. */
function afterSetting(command: SimpleCommand, situation: Situation): Situation | null {
  const { words, assignments, operator } = command;
  const [program, ...rest] = words;
  // In a pipe or in the background it is a shell of its own that changes.
  if (isSetting(command) && (operator === '|' || operator === '&')) return null;
  if (program === undefined) return withAssigned(situation, assignments);
  if (program.text === 'cd') {
    const [to, ...more] = rest;
    if (to?.isLiteral !== true || more.length > 0 || to.text === '-') return null;
    return { ...situation, directory: resolve(situation.directory, to.text) };
  }
  if (program.text !== 'export') return situation;
  const exported = rest.flatMap(({ text }) => {
    const equals = text.indexOf('=');
    return equals > 0 ? [[text.slice(0, equals), text.slice(equals + 1)]] : [];
  });
  return withAssigned(situation, Object.fromEntries(exported));
}

/**
 * The server among the commands of a text. Of commands that wait for each other it is the last one: what stands before
 * `&&` ends by itself. Of commands that run at once there may be several.
 */
function choose(
  routes: readonly Route[],
  commands: readonly SimpleCommand[],
  unknown: Route,
  situation: Situation,
): Route {
  const servers = routes.filter(({ kind }) => kind !== 'unknown');
  const [only] = servers;
  if (servers.length > 1) {
    const runAtOnce = commands.some(({ operator }) => operator === '&' || operator === '|');
    if (!runAtOnce) return servers.at(-1) ?? unknown;
    return { kind: 'leaseless', what: { ...MANY_SCRIPTS, name: scriptName(situation) }, situation };
  }
  if (only !== undefined) return only;
  return routes.length === 1 ? (routes[0] ?? unknown) : unknown;
}

function scriptName({ script }: Situation): string {
  return script === null ? MANY_SCRIPTS.name : `the script "${script}"`;
}
