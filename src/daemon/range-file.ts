// Owns config.json's copy of the automatic ranges: it follows the store within a second, many ranges in one write.

import { type ConfigEdit, editDocument } from '../config/edit-document.ts';
import { type WriteOutcome, writeConfig } from '../config/write-config.ts';
import type { AutomaticRange } from '../core/change.ts';
import type { Home } from '../home.ts';
import type { Log } from './logs.ts';

/** Ranges that are made together are written together. */
const WRITE_DELAY_MS = 200;

export interface RangeFile {
  /** Takes a range that was made or moved, or whose type has none any more. */
  follow(serviceType: string, range: AutomaticRange | null): void;
  /** Changes other keys of config.json, after what waits to be written. */
  edit(edits: readonly ConfigEdit[]): Promise<WriteOutcome>;
  /** Resolves once nothing waits to be written. */
  written(): Promise<void>;
  /** Why the file does not have what the store knows; null while it does. */
  readonly obstacle: string | null;
}

export interface RangeFileOptions {
  readonly home: Pick<Home, 'config' | 'backups'>;
  readonly log: Pick<Log, 'warn'>;
  /** Called after each write, so that the daemon's own configuration knows it at once. */
  readonly onWritten: () => void;
}

/** Where the file cannot be written, as managed dotfiles cannot, the store alone knows the ranges. */
export function createRangeFile({ home, log, onWritten }: RangeFileOptions): RangeFile {
  let waiting = new Map<string, AutomaticRange | null>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<unknown> = Promise.resolve();
  let obstacle: string | null = null;

  function write(edits: readonly ConfigEdit[]): Promise<WriteOutcome> {
    const next = writing.then(async () => {
      const outcome = await writeConfig({
        path: home.config,
        backupsDir: home.backups,
        edit: (text) => editDocument(text, edits) ?? { refusal: 'config.json has a mistake: mend it first' },
      });
      if (outcome.kind === 'written') onWritten();
      return outcome;
    });
    writing = next;
    return next;
  }

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) return;
    const batch = waiting;
    waiting = new Map();
    const outcome = await write([...batch].map(([name, range]) => editOf(name, range)));
    obstacle = outcome.kind === 'refused' ? outcome.message : null;
    if (obstacle === null) return;
    log.warn({ reason: obstacle, ranges: [...batch.keys()] }, 'config.json does not have these ranges');
    // With the next one, or at the next start, it is tried again.
    for (const [name, range] of batch) if (!waiting.has(name)) waiting.set(name, range);
  }

  return {
    follow(serviceType, range) {
      waiting.set(serviceType, range);
      timer ??= setTimeout(() => void flush(), WRITE_DELAY_MS).unref();
    },
    async edit(edits) {
      await flush();
      return await write(edits);
    },
    async written() {
      await flush();
      await writing;
    },
    get obstacle() {
      return obstacle;
    },
  };
}

function editOf(name: string, range: AutomaticRange | null): ConfigEdit {
  return range === null
    ? { path: ['service_types', name], value: undefined }
    : { path: ['service_types', name, 'range'], value: [range.start, range.end] };
}
