// Owns the way from sockets to routes: TCP behind the guard, the unix socket open to whoever may open it.

import type { Server } from 'node:http';
import type { Operation } from '../api/operation.ts';
import { OPERATIONS } from '../api/operations.ts';
import { StyxyError } from '../errors.ts';
import { createApp, type OnBug } from './app.ts';
import type { DaemonContext } from './context.ts';
import { createGuard, createTokenGuard, type Guard, type Head, pathOf } from './guard.ts';
import { HANDLERS } from './handlers/all.ts';
import type { Log } from './logs.ts';
import { createMemoryTrim } from './memory-trim.ts';
import { ownHosts } from './own-address.ts';
import { listenOnSocket, listenOnTcp, type Route, type TcpServers } from './servers.ts';
import { REFUSED } from './tally.ts';
import { countWrongTokens } from './wrong-tokens.ts';

export interface ServeOptions {
  readonly addresses: readonly string[];
  /** The TCP port that is asked for; another one is taken where it is not free. */
  readonly port: number;
  readonly log: Log;
  /** The home's socket, where a service manager listens on it already. */
  readonly passedFd: number | null;
  readonly onBug: OnBug;
  /** Every server is added here as soon as it listens. */
  readonly servers: Server[];
  /** Told of the TCP port before the first request comes over it. */
  readonly onPort: (port: number) => void;
}

/**
 * Serves the operations on TCP and on the unix socket; one of the two suffices.
 *
 * @throws StyxyError HOME_UNUSABLE when neither can be listened on
 */
export async function serve(context: DaemonContext, options: ServeOptions): Promise<void> {
  const app = await createApp(context, HANDLERS, options.onBug);
  const onRequest = createMemoryTrim();
  const route: Route = (request, response) => {
    onRequest();
    app.routing(request, response);
  };
  // The socket first: whoever waits for the daemon asks there.
  if (context.socket !== null) {
    const guard =
      process.platform === 'win32' ? counted(context, createTokenGuard(guardOptions(context))) : null;
    options.servers.push(await listenOnSocket(context.socket, options.passedFd, guard, route));
  }
  const tcp = await serveTcp(context, options, route);
  if (tcp !== null) options.servers.push(...tcp.servers);
  else if (context.socket === null) {
    throw new StyxyError(
      'HOME_UNUSABLE',
      `${context.home.socket} is too long for a socket, and no TCP port can be listened on`,
      { hint: 'Set STYXY_HOME to a shorter path.' },
    );
  }
}

async function serveTcp(
  context: DaemonContext,
  { addresses, port, log, onPort }: ServeOptions,
  route: Route,
): Promise<TcpServers | null> {
  const guardFor = (own: number) => {
    onPort(own);
    return counted(context, createGuard({ ...guardOptions(context), isOwnHost: ownHosts(addresses, own) }));
  };
  try {
    const asked = await listenOnTcp(addresses, port, guardFor, route);
    if (asked !== null || port === 0) return asked;
    const other = await listenOnTcp(addresses, 0, guardFor, route);
    log.warn({ asked: port, port: other?.port ?? null }, 'the API port is taken; another one is used');
    return other;
  } catch (error) {
    log.warn({ error: String(error) }, 'TCP cannot be listened on; the unix socket serves alone');
    return null;
  }
}

function counted({ tally }: DaemonContext, guard: Guard): Guard {
  return (request) => {
    const refused = guard(request);
    if (refused !== null) tally.request(REFUSED, refused.problem.status);
    return refused;
  };
}

const operations = Object.values(OPERATIONS) as Operation[];
const isPublicPath = among(operations.filter(({ isPublic }) => isPublic === true));
const isStaticPath = among(operations.filter(({ isStatic }) => isStatic === true));
/** Where a code is exchanged, and good for nothing else. */
const { method: SIGN_IN_METHOD, path: SIGN_IN_PATH } = OPERATIONS.signIn;

/** Whether a path is one of these operations': most are named in full, of a few the last part is any name. */
function among(wanted: readonly Operation[]): (path: string) => boolean {
  const paths = new Set(wanted.map(({ path }) => path));
  const folders = [...paths].filter((path) => path.includes(':')).map((path) => path.replace(/:.*$/, ''));
  return (path) => paths.has(path) || folders.some((folder) => path.startsWith(folder));
}

function guardOptions({ token, signIn, clock }: DaemonContext) {
  return {
    isRightToken: (given: string, { method, url = '' }: Head) =>
      token.isRight(given) ||
      signIn.isSession(given) ||
      (method === SIGN_IN_METHOD && pathOf(url) === SIGN_IN_PATH && signIn.knowsCode(given)),
    wrongTokens: countWrongTokens(() => clock.monotonic()),
    isPublicPath,
    isStaticPath,
  };
}
