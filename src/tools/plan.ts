// Owns the plan of a run: what a command starts, where, with which service type, and how it is told its port.

import { typeOfImage } from './image-type.ts';
import { argumentsOf, type Recognised } from './recognition.ts';
import { follow, type Route } from './route.ts';
import type { ProjectReader, Situation } from './situation.ts';
import { detachAdvice, type Slot, type Telling, tellPort } from './telling.ts';
import type { Leaseless, Tool } from './tool.ts';
import { type Word, wordsOf } from './word.ts';

export interface RunPlan {
  /** The id of the tool's entry in the catalogue; null for a command that is not known. */
  readonly id: string | null;
  /** The tool's name, for messages; null for a command that is not known. */
  readonly tool: string | null;
  /** Null where nothing says which. */
  readonly serviceType: string | null;
  /** Where the server will run, as an absolute path. */
  readonly directory: string;
  /**
   * Why the command has no single port of its own: it starts several servers, its ports stand in a file, it leads to
   * another's port, or it asks for its lease itself. Null for a command that gets one.
   */
  readonly leaseless: Leaseless['kind'] | null;
  /** The port that the command opens whatever it is told. */
  readonly fixedPort: number | null;
  /** The port that the user's own words name; it is replaced by the leased one. */
  readonly wishedPort: number | null;
  /** Whether an option puts the tool into the background, so that its command ends before it. */
  readonly isDetaching: boolean;
  /** The port that the tool opens when nobody says otherwise. */
  readonly defaultPort: number | null;
  /** The command that the way through launchers and scripts led to; no words where it led to several, or is not certain. */
  readonly end: Pick<Situation, 'words' | 'assigned' | 'isCutOff'>;
  /** What to tell the user, with `{port}` for the port; null when there is nothing to tell. */
  readonly advice: string | null;
  /** The command for a port: the words as they were, ports that were named in them replaced, and words added at the end. */
  words(port: number): string[];
  /** The variables, besides PORT, that tell the tool its port. */
  environment(port: number): Record<string, string>;
}

const PLACEHOLDER = '{port}';

/**
 * Plans how a command is told its port. A command that is not understood keeps its words, and gets PORT alone.
 *
 * @param words the command and its arguments, as the user gave them; `{port}` in them means that the user tells the port
 * @param directory an absolute path: where the command is started
 */
export function planRun(words: readonly string[], directory: string, reader: ProjectReader): RunPlan {
  return planWords(wordsOf(words), directory, reader);
}

/** The same for words of which a shell may still make something else. `at` of each is its own index. */
export function planWords(command: readonly Word[], directory: string, reader: ProjectReader): RunPlan {
  const route = follow(
    { words: command, directory, assigned: {}, isCutOff: false, separators: [], script: null },
    reader,
  );
  const words = command.map(({ text }) => text);
  const isToldByUser = words.some((word) => word.includes(PLACEHOLDER));
  const telling = route.kind === 'tool' && !isToldByUser ? tellPort(route.tool, route.situation) : null;
  const detached = route.kind === 'tool' ? detachAdvice(route.tool, route.situation) : null;
  return {
    ...describe(route),
    directory: route.situation.directory,
    fixedPort: telling?.fixedPort ?? null,
    wishedPort: telling?.wishedPort ?? null,
    isDetaching: detached !== null,
    end: route.situation,
    advice: adviceOn(route, telling, detached),
    words: (port) => tell(words, telling, port),
    environment: (port) => filled(variablesOf(route, telling), port),
  };
}

function adviceOn(route: Route, telling: Telling | null, detached: string | null): string | null {
  if (route.kind === 'leaseless') return route.what.advice;
  const advice = [telling?.advice ?? null, detached].filter((each) => each !== null);
  return advice.length === 0 ? null : advice.join(' ');
}

function describe(route: Route): Pick<RunPlan, 'id' | 'tool' | 'serviceType' | 'leaseless' | 'defaultPort'> {
  switch (route.kind) {
    case 'unknown':
      return { id: null, tool: null, serviceType: null, leaseless: null, defaultPort: null };
    case 'leaseless':
      return {
        id: route.what.id,
        tool: route.what.name,
        serviceType: null,
        leaseless: route.what.kind,
        defaultPort: null,
      };
    case 'tool': {
      const { id, name, serviceType, defaultPort } = route.tool.entry;
      return {
        id,
        tool: name,
        serviceType: serviceType ?? typeByImage(route.tool, route.situation.words),
        leaseless: null,
        defaultPort,
      };
    }
  }
}

/** The type by the image of a container, which is the first argument of its command. */
function typeByImage({ entry, from }: Recognised<Tool>, words: readonly Word[]): string | null {
  const [at] = argumentsOf(words, from, entry.valueOptions);
  return typeOfImage(at === undefined ? '' : (words[at]?.text ?? ''));
}

/** Whoever tells the port by a placeholder may tell it to one of several listeners: the variables stay. */
function variablesOf(route: Route, telling: Telling | null): Readonly<Record<string, string>> {
  if (telling !== null) return telling.variables;
  return route.kind === 'tool' ? (route.tool.entry.told.variables ?? {}) : {};
}

function tell(words: readonly string[], telling: Telling | null, port: number): string[] {
  const told = words.map((word, at) =>
    fillSlots(word, telling?.slots.filter((slot) => slot.at === at) ?? [], port),
  );
  return [...told, ...(telling?.added ?? [])].map((word) => word.replaceAll(PLACEHOLDER, String(port)));
}

function fillSlots(word: string, slots: readonly Slot[], port: number): string {
  return slots.reduceRight((text, { start, end }) => text.slice(0, start) + port + text.slice(end), word);
}

function filled(variables: Readonly<Record<string, string>>, port: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replaceAll(PLACEHOLDER, String(port))]),
  );
}
