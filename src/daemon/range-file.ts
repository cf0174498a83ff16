// Owns config.json's copy of the automatic ranges: it follows the store within a second, many ranges in one write.

import { type ConfigEdit, editDocument, valuesOf } from '../config/edit-document.ts';
import { readTextFile } from '../config/text-file.ts';
import {
  NEW_CONFIG,
  type WriteConfigOptions,
  type WriteOutcome,
  writeConfig,
  writeObstacle,
} from '../config/write-config.ts';
import type { Actor } from '../core/audit.ts';
import type { AutomaticRange } from '../core/change.ts';
import type { Home } from '../home.ts';
import type { Store } from '../store/store.ts';
import type { Log } from './logs.ts';
import { createRangeDebts } from './range-debts.ts';
import { addStep, type Step, type Steps } from './range-steps.ts';
import type { Settings } from './settings.ts';

/** Ranges that are made together are written together. */
const WRITE_DELAY_MS = 200;

export interface RangeFile {
  /**
   * Takes a range that was made or moved, or whose type has none any more.
   *
   * @param former what the type had before: what else the file has is its user's, and stays
   */
  follow(serviceType: string, range: AutomaticRange | null, former: AutomaticRange | null): void;
  /** Why config.json could not follow if these steps were taken; null where it could. */
  objectionTo(steps: Steps): Promise<string | null>;
  /**
   * Has ranges changed that the file may have: it follows before this returns, or, where the daemon is killed, after the
   * next start.
   *
   * @param ranges as they are now; that one stays as it is does no harm
   * @param change resolves once the change is committed, or refused
   * @throws what `change` and the store throw
   */
  changing<Result>(ranges: readonly AutomaticRange[], change: () => Promise<Result>): Promise<Result>;
  /** What was to be changed so, and may not be written yet: also what a former daemon left. */
  debts(): Promise<readonly AutomaticRange[]>;
  /** Changes other keys of config.json, after what waits to be written. */
  edit(edits: readonly ConfigEdit[], actor: Actor): Promise<WriteOutcome>;
  /** Resolves once nothing waits to be written. */
  written(): Promise<void>;
  /** Tries again to write what could not be written, since the file is another one now. */
  retry(): void;
  /** Why config.json may not be written now; null where it may. */
  readOnly(): Promise<string | null>;
  /** Why the file does not have what the store knows; null while it does. */
  readonly obstacle: string | null;
  /** The types whose ranges wait, are being written, or could not be written: the file may say otherwise of them. */
  unwritten(): readonly string[];
}

export interface RangeFileOptions {
  readonly home: Pick<Home, 'config' | 'backups'>;
  readonly log: Pick<Log, 'warn'>;
  /** Asked for a mistake, since no range is written that would make the file wrong; and looks at the file after each write. */
  readonly settings: Pick<Settings, 'mistakeIn' | 'answer'>;
  /** Keeps the note of what the file may still say. */
  readonly store: Pick<Store, 'readNote' | 'writeNote'>;
}

/** Where the file cannot be written, as managed dotfiles cannot, the store alone knows the ranges. */
export function createRangeFile({ home, log, settings, store }: RangeFileOptions): RangeFile {
  let waiting = new Map<string, Step>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<unknown> = Promise.resolve();
  const inHand = new Set<Steps>();
  /** Those of changes whose commit is awaited. */
  const changing = new Set<readonly AutomaticRange[]>();
  const debts = createRangeDebts(store);
  let obstacle: string | null = null;

  function write(
    edit: WriteConfigOptions['edit'],
    batch: Steps | null = null,
    actor?: Actor,
  ): Promise<WriteOutcome> {
    const next = writing.then(async () => {
      try {
        const outcome = await writeConfig({ path: home.config, backupsDir: home.backups, edit });
        if (outcome.kind === 'written') settings.answer(actor);
        return outcome;
      } finally {
        if (batch !== null) inHand.delete(batch);
      }
    });
    // Whoever asked for this write is told of its failure; the next one is another.
    writing = next.catch(() => {});
    return next;
  }

  /** The text with these ranges, where that makes no right one wrong. */
  function withBatch(text: string, batch: Steps): string | { readonly refusal: string } {
    const edited = edit(text, editsOf(text, batch));
    if (typeof edited !== 'string') return edited;
    const present = settings.mistakeIn(text);
    if (present !== null) {
      // What stood in its last good form may be there under a mistyped key, and would come back once that is mended.
      const isBehind = [...batch.values()].some(({ former }) => former !== null);
      return isBehind ? { refusal: mistakeMessage(present) } : edited;
    }
    const mistake = settings.mistakeIn(edited);
    return mistake === null ? edited : { refusal: `config.json would be wrong with this change: ${mistake}` };
  }

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) return;
    const batch = waiting;
    waiting = new Map();
    inHand.add(batch);
    const outcome = await write((text) => withBatch(text, batch), batch);
    obstacle = outcome.kind === 'refused' ? outcome.message : null;
    if (obstacle === null) return await forgetPaid();
    log.warn({ reason: obstacle, ranges: [...batch.keys()] }, 'config.json does not have these ranges');
    // With the next one, once the file is another one, or at the next start, it is tried again.
    for (const [name, { former, range }] of batch) {
      const newer = waiting.get(name);
      waiting.set(name, { former, range: newer === undefined ? range : newer.range });
    }
  }

  /** Also those of a change under way: once it is decided, the file is behind. */
  function unwritten(): string[] {
    const steps = [waiting, ...inHand].flatMap((batch) => [...batch.keys()]);
    return [...steps, ...[...changing].flatMap((ranges) => ranges.map(({ name }) => name))];
  }

  async function forgetPaid(): Promise<void> {
    try {
      await debts.keep(new Set(unwritten()));
    } catch (error) {
      // What is written once more at the next start is there already.
      log.warn({ error: String(error) }, 'that config.json has followed could not be noted');
    }
  }

  function flushSoon(): void {
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) =>
        log.warn({ error: String(error) }, 'config.json could not be followed'),
      );
    }, WRITE_DELAY_MS).unref();
  }

  return {
    follow(serviceType, range, former) {
      addStep(waiting, serviceType, range, former);
      flushSoon();
    },
    async objectionTo(steps) {
      await flush();
      await writing;
      const file = readTextFile(home.config);
      if (file.kind === 'unreadable') return file.message;
      const text = file.kind === 'missing' ? NEW_CONFIG : file.text;
      // A mistake in it keeps its last good form in force, which the change would leave behind.
      const mistake = settings.mistakeIn(text);
      if (mistake !== null) return mistakeMessage(mistake);
      const edited = withBatch(text, steps);
      return typeof edited === 'string' ? null : edited.refusal;
    },
    async changing(ranges, change) {
      changing.add(ranges);
      try {
        await debts.add(ranges);
        const result = await change();
        changing.delete(ranges);
        await flush();
        await writing;
        await forgetPaid();
        return result;
      } finally {
        // Where it failed, nobody knows yet whether it is committed: what is noted stays so until the next write.
        changing.delete(ranges);
      }
    },
    debts: () => debts.read(),
    async edit(edits, actor) {
      await flush();
      return await write((text) => edit(text, edits), null, actor);
    },
    async written() {
      await flush();
      await writing;
    },
    retry() {
      if (waiting.size > 0) flushSoon();
    },
    unwritten,
    readOnly: () => writeObstacle(home.config),
    get obstacle() {
      return obstacle;
    },
  };
}

function mistakeMessage(mistake: string): string {
  return `config.json has a mistake: ${mistake}`;
}

function edit(text: string, edits: readonly ConfigEdit[]): string | { readonly refusal: string } {
  return editDocument(text, edits) ?? { refusal: 'config.json has a mistake: mend it first' };
}

function editsOf(text: string, batch: Steps): ConfigEdit[] {
  const valueAt = valuesOf(text);
  return [...batch].flatMap(([name, { former, range }]): ConfigEdit[] => {
    const path = ['service_types', name, 'range'] as const;
    const there = valueAt(path);
    // A range that is neither what we wrote nor missing was put there by somebody, and is a configured one.
    if (there !== undefined && !isRange(there, former)) return [];
    if (range !== null) return [{ path: [...path], value: [range.start, range.end] }];
    // With anything beside the range the entry is its user's, who would lose it.
    const isOurs = hasRangeAlone(valueAt(['service_types', name]));
    return isOurs ? [{ path: ['service_types', name], value: undefined }] : [];
  });
}

function hasRangeAlone(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && Object.keys(entry).join() === 'range';
}

function isRange(value: unknown, range: AutomaticRange | null): boolean {
  if (range === null || !Array.isArray(value)) return false;
  return value.length === 2 && value[0] === range.start && value[1] === range.end;
}
