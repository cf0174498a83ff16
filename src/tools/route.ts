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

/** How many layers are followed: a script may call itself. */
const MAX_LAYERS = 20;

/** What several packages' scripts are called where one command runs them all. */
const MANY_SCRIPTS: Leaseless = {
  id: 'many-scripts',
  name: 'this command',
  commands: [],
  kind: 'several',
  advice: 'Let each package start its own by `styxy run` in its script.',
};

/** Follows a command to what it starts in the end. */
export function follow(situation: Situation, reader: ProjectReader, layers: number = MAX_LAYERS): Route {
  const unknown: Route = { kind: 'unknown', situation };
  const { words, directory } = situation;
  if (layers === 0 || words[0]?.isLiteral !== true) return unknown;
  const leaseless = recogniseLeaseless(words);
  if (leaseless !== null) return { kind: 'leaseless', what: leaseless.entry, situation };
  const tool = recogniseTool(words, (path) => reader.text(resolve(directory, path)));
  if (tool !== null) return { kind: 'tool', tool, situation: inItsFolder(situation) };
  const call = readCall(words);
  if (call === 'several') return { kind: 'leaseless', what: MANY_SCRIPTS, situation };
  const next = call === null ? peel(situation) : resolveCall(call, situation, reader);
  if (next === null) return unknown;
  if (next.kind === 'nothing') return { kind: 'unknown', situation: next.situation };
  return next.kind === 'text'
    ? followText(next.text, next.situation, reader, layers - 1)
    : follow(next.situation, reader, layers - 1);
}

/** A `manage.py` or `artisan` of another folder is another app's, whatever directory it is started from. */
function inItsFolder(situation: Situation): Situation {
  const path = situation.words[0]?.text ?? '';
  if (!/[/\\](?:manage\.py|artisan)$/.test(path)) return situation;
  return { ...situation, directory: dirname(resolve(situation.directory, path)) };
}

/** @param passed `situation.words` are behind the text, as a package manager puts them there */
function followText(text: string, situation: Situation, reader: ProjectReader, layers: number): Route {
  const line = readShellLine(text);
  const unknown: Route = { kind: 'unknown', situation: { ...situation, words: [] } };
  if (line.kind === 'unknown') return unknown;
  const routes: Route[] = [];
  let at: Situation = situation;
  for (const command of line.commands) {
    const isLast = command === line.commands.at(-1) && command.operator === null;
    const step = stepOf(command, at);
    if (step === null) return unknown;
    at = step;
    if (isSetting(command)) continue;
    const words: Word[] = command.words.map(toWord);
    routes.push(
      follow(
        withAssigned(
          {
            ...at,
            words: isLast ? [...words, ...situation.words] : words,
            separators: isLast ? situation.separators : null,
          },
          command.assignments,
        ),
        reader,
        layers,
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
function stepOf({ words, assignments }: SimpleCommand, situation: Situation): Situation | null {
  const [program, ...rest] = words;
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
