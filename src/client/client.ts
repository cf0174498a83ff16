// Owns the client: one daemon reached, requests sent to it, refusals turned into errors.

import { writeSync } from 'node:fs';
import type { StreamEvent } from '../api/schemas-events.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';
import { ERRORS, type ErrorCode, StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { discover } from './discover.ts';
import { eventReader } from './event-lines.ts';
import { type DiscoverOptions, type Reached, SILENCE_MS, unreachable } from './find-daemon.ts';
import { withoutForeignPid } from './foreign-pid.ts';
import { type Answer, exchange, TransportError } from './http.ts';
import { monotonicMs } from './monotonic.ts';
import { type Prepared, prepare } from './repetition.ts';

export interface ConnectOptions {
  readonly home: Home;
  /** `STYXY_AUTOSTART=0` forbids a start; the rest goes to a daemon that is started, cut down. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether a daemon may be started; what `env` says unless given. */
  readonly autostart?: boolean;
  /** How long one request may take, in ms (10,000). */
  readonly timeoutMs?: number;
  /** Further arguments for a daemon that is started, such as where to listen. */
  readonly daemonArgs?: readonly string[];
  /** Takes a sentence for people, as when a daemon that hung was replaced; goes to standard error unless given. */
  readonly onNotice?: (sentence: string) => void;
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

/** A connection that stays open: it holds a lease, or follows what happens. */
export interface Hold {
  /** Resolves when the daemon took it, and holds the lease; rejects with the refusal or the fault otherwise. */
  readonly opened: Promise<void>;
  /** Resolves when the connection is over, also when only the daemon went away; never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface Client {
  /**
   * Sends one request. A refusal is an answer like any other: see `expectOk`.
   *
   * @param path with its query, already encoded
   * @throws StyxyError DAEMON_UNREACHABLE
   */
  request<T = unknown>(method: string, path: string, body?: unknown): Promise<Reply<T>>;
  /** @param onEvent takes what the daemon says of the lease while the connection is open */
  hold(lockId: string, onEvent?: (event: HoldEvent) => void): Hold;
  /**
   * Follows what happens.
   *
   * @param lastId the number after which it goes on; null for from now on
   * @param onEvent takes each event with its number; null for an event where the daemon only tells the number
   */
  events(lastId: string | null, onEvent: (id: string, event: StreamEvent | null) => void): Hold;
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** The daemon closes a connection on which nothing comes for some seconds: an older one is not used. */
const FRESH_MS = 1_000;
/** Before each further try of a request whose connection broke. */
const REPEAT_PAUSES_MS = [5, 50, 200];

/**
 * Reaches the home's daemon; starts one where there is none and nothing forbids it.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, HOME_UNSAFE
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const autostart = options.autostart ?? options.env.STYXY_AUTOSTART !== '0';
  const { home, env, daemonArgs = [], onNotice = tell } = options;
  const discovery: DiscoverOptions = { home, env, autostart, timeoutMs, daemonArgs, onNotice };
  const find = (): Promise<Reached> => discover(discovery);
  // Finding the daemon opened a connection, which the first request uses.
  let fresh: Reached | null = await find();
  fresh.socket.on('error', () => {});
  const freshUntil = monotonicMs() + FRESH_MS;

  const reach = async (): Promise<Reached> => {
    const first = fresh;
    fresh = null;
    if (first === null) return await find();
    if (!first.socket.destroyed && monotonicMs() < freshUntil) return first;
    first.socket.destroy();
    return await find();
  };
  const send = async (method: string, path: string, body: unknown): Promise<Answer> => {
    const { socket, endpoint } = await reach();
    const answer = exchange(socket, endpoint, method, path, body, timeoutMs);
    if (await settlesWithin(answer, Math.min(timeoutMs, SILENCE_MS))) return await answer;
    const { settleSilence } = await import('./silent-daemon.ts');
    const restMs = Math.max(0, timeoutMs - SILENCE_MS);
    let next: Reached | null = null;
    try {
      next = await settleSilence(discovery, endpoint, restMs, answer);
      if (next === null) return await answer;
    } finally {
      // Whatever comes on it now, nobody waits for any more.
      socket.destroy();
    }
    next.socket.destroy();
    throw new TransportError('lost', 'the daemon hung and was replaced before the answer was there');
  };

  const keepOpen = (path: string, onLine: (line: string) => void, headers = {}): Hold => {
    let isClosed = false;
    let close = (): void => {};
    const stream = (async () => {
      const { openStream } = await import('./http-stream.ts');
      const { socket, endpoint } = await reach();
      if (isClosed) socket.destroy();
      const opening = openStream(socket, endpoint, path, timeoutMs, onLine, headers);
      close = opening.close;
      return opening;
    })();
    const opened = stream
      .then((opening) => opening.opened)
      .catch((error: unknown) => {
        throw holdError(home, error);
      });
    // Whoever waits for `closed` alone is not to be ended by an unhandled rejection.
    opened.catch(() => {});
    return {
      opened,
      closed: stream.then(
        (opening) => opening.closed,
        () => {},
      ),
      close() {
        isClosed = true;
        close();
      },
    };
  };

  return {
    async request<T>(method: string, path: string, body?: unknown): Promise<Reply<T>> {
      const prepared = prepare(method, path, withoutForeignPid(home, body));
      try {
        const { status, body: answered } = await sendAgain(() => send(method, path, prepared.body), prepared);
        return { status, body: answered as T };
      } catch (error) {
        throw error instanceof TransportError ? unreachable(home, error) : error;
      }
    },
    hold(lockId, onEvent = () => {}) {
      return keepOpen(`/allocate/${encodeURIComponent(lockId)}/hold`, (line) => {
        const event = readEvent(line);
        if (event !== null) onEvent(event);
      });
    },
    events(lastId, onEvent) {
      const take = eventReader(({ id, data }) => onEvent(id, data as StreamEvent | null));
      return keepOpen('/events', take, lastId === null ? {} : { 'last-event-id': lastId });
    },
    close() {
      fresh?.socket.destroy();
      fresh = null;
    },
  };
}

/**
 * Sends a request again where the connection broke and that is safe: the daemon was restarted, perhaps while this very
 * connection came in, or it had more connections than it takes.
 */
async function sendAgain(send: () => Promise<Answer>, { isRepeatable }: Prepared): Promise<Answer> {
  for (const pauseMs of isRepeatable ? REPEAT_PAUSES_MS : []) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof TransportError) || error.fault !== 'lost') throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
    }
  }
  return await send();
}

/** @returns whether `answer` is settled, either way, within `ms` */
async function settlesWithin(answer: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const settled = answer.then(
    () => true,
    () => true,
  );
  const isSettled = await Promise.race([settled, late]);
  clearTimeout(timer);
  return isSettled;
}

function tell(sentence: string): void {
  try {
    writeSync(2, `styxy: ${sentence}\n`);
  } catch {
    // Nobody listens.
  }
}

/**
 * The body of a successful answer.
 *
 * @throws StyxyError with the code, hint and details of the problem that the daemon answered
 */
export function expectOk<T>(reply: Reply<T>): T {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  throw problemError(reply.status, reply.body);
}

function problemError(status: number, body: unknown): StyxyError {
  if (typeof body !== 'object' || body === null) {
    return new StyxyError('INTERNAL', `The daemon answered ${status} without a reason`);
  }
  const { type, title, status: _, detail, code, hint, success, ...fields } = body as Record<string, unknown>;
  const known = typeof code === 'string' && code in ERRORS ? (code as ErrorCode) : 'INTERNAL';
  return new StyxyError(known, String(detail ?? title ?? `The daemon answered ${status}`), {
    ...(typeof hint === 'string' ? { hint } : {}),
    fields,
  });
}

/** One line of a holding connection; null for what is none. */
function readEvent(line: string): HoldEvent | null {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === 'object' && said !== null && 'event' in said ? (said as HoldEvent) : null;
  } catch {
    return null;
  }
}

function holdError(home: Home, error: unknown): unknown {
  if (error instanceof TransportError) return unreachable(home, error);
  if (error instanceof Error && error.name === 'StreamRefused') {
    const { status, text } = error as Error & { status: number; text: string };
    try {
      return problemError(status, JSON.parse(text));
    } catch {
      return problemError(status, null);
    }
  }
  return error;
}
