// Owns the daemon's log: JSON lines in `logs/daemon.log` without secrets, capped in size and number, which a full disk does not stop.

import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RotatingFileStream } from 'rotating-file-stream';
import type { Home } from '../home.ts';
import { maskSecrets } from './mask-secrets.ts';
import { maskFields } from './masked-fields.ts';

const MAX_FILE_SIZE = '5M';
/** Beside the current one. */
const OLD_FILES = 2;
/** After a fault, lines are dropped for this long before the file is tried again. */
const RETRY_AFTER_MS = 30_000;
/** Lines kept until the logger is loaded. */
const MAX_WAITING = 1_000;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type Level = (typeof LEVELS)[number];
type Severity = Exclude<Level, 'silent'>;

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

export interface DaemonLog extends Log {
  /** Loads the logger and writes what has waited. Loading takes longer than a start may: first the answers, then this. */
  open(): Promise<void>;
  /** Writes what is left and closes the file. */
  close(): Promise<void>;
}

/** The file that `styxy daemon logs` shows. */
export function logPath(home: Home): string {
  return join(home.logs, 'daemon.log');
}

/** @param level what STYXY_LOG_LEVEL says; what it cannot mean counts as `info` */
export function createLog(home: Home, level: string | undefined): DaemonLog {
  const threshold: Level = LEVELS.find((each) => each === level) ?? 'info';
  const waiting: [Severity, object, string][] = [];
  let logger: Logger | null = null;
  let sink: Sink | null = null;

  const write = (severity: Severity, fields: object, message: string): void => {
    if (LEVELS.indexOf(severity) < LEVELS.indexOf(threshold)) return;
    const shown = maskFields(fields);
    const said = maskSecrets(message);
    if (logger !== null) logger[severity](shown, said);
    else if (waiting.length < MAX_WAITING)
      waiting.push([severity, { at: new Date().toISOString(), ...shown }, said]);
  };
  const log: DaemonLog = {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    fatal: (fields, message) => write('fatal', fields, message),
    open: async () => {
      if (logger !== null || threshold === 'silent') return;
      const [{ pino }, rotating] = await Promise.all([import('pino'), import('rotating-file-stream')]);
      sink = createSink(() =>
        rotating.createStream('daemon.log', {
          path: home.logs,
          size: MAX_FILE_SIZE,
          rotate: OLD_FILES,
          mode: 0o600,
        }),
      );
      logger = pino(
        { level: threshold, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
        sink,
      );
      for (const [severity, fields, message] of waiting.splice(0)) logger[severity](fields, message);
    },
    close: async () => {
      if (waiting.length > 0) await log.open();
      await sink?.close();
    },
  };
  if (level !== undefined && level !== '' && threshold !== level) {
    log.warn({ given: level.slice(0, 40), allowed: LEVELS }, 'STYXY_LOG_LEVEL is not a level; info is used');
  }
  return log;
}

interface Sink {
  write(line: string): void;
  close(): Promise<void>;
}

/** Writes lines to a stream, opened anew some time after it failed: a full disk costs lines, never the daemon. */
function createSink(openStream: () => RotatingFileStream): Sink {
  let stream: RotatingFileStream | null = null;
  let retryAt = 0;
  let dropped = 0;

  const open = (): RotatingFileStream | null => {
    if (performance.now() < retryAt) return null;
    const opened = openStream();
    const giveUp = (): void => {
      if (stream === opened) stream = null;
      retryAt = performance.now() + RETRY_AFTER_MS;
      opened.destroy();
    };
    opened.on('error', giveUp);
    opened.on('warning', () => {});
    return opened;
  };
  return {
    write: (line) => {
      stream ??= open();
      if (stream === null) {
        dropped += 1;
        return;
      }
      if (dropped > 0) {
        stream.write(
          `${JSON.stringify({ level: 40, time: new Date().toISOString(), dropped, msg: 'lines were lost' })}\n`,
        );
        dropped = 0;
      }
      stream.write(line);
    },
    close: () =>
      new Promise((resolve) => {
        if (stream === null || stream.destroyed) return resolve();
        stream.once('close', () => resolve());
        stream.once('error', () => resolve());
        stream.end(() => resolve());
      }),
  };
}
