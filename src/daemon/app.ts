// Owns the one Fastify application: routes made from the operations, bodies read, everything thrown made a problem.

import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Operation } from '../api/operation.ts';
import { OPERATIONS, type OperationId, operationEntries } from '../api/operations.ts';
import { parserOf, textParserOf } from '../api/validate.ts';
import { problem } from '../errors.ts';
import type { DaemonContext, Handler, Handlers } from './context.ts';
import { MAX_BODY_BYTES } from './endless-body.ts';
import { withoutForeignPid } from './foreign-pid.ts';
import { pathOf } from './guard.ts';
import { parseBody } from './json-body.ts';
import { sendProblem, thrownProblem } from './problem-answer.ts';
import { NO_ROUTE } from './tally.ts';

/** Longer than any name that the grammar allows, percent-encoded. */
const MAX_PARAM_LENGTH = 512;

export type OnBug = (error: unknown) => void;

/**
 * Builds the application.
 *
 * @param onBug told of everything that nobody foresaw, after its request was answered with INTERNAL
 */
export async function createApp(
  context: DaemonContext,
  handlers: Handlers,
  onBug: OnBug,
): Promise<FastifyInstance> {
  const fail = (error: unknown, _request: FastifyRequest, reply: FastifyReply): void => {
    const found = thrownProblem(error);
    if (found.code === 'INTERNAL') onBug(error);
    // What is left of a refused body is read and dropped: closing on it would reset the connection, and the sender
    // would never see why. The time limit of a request bounds it.
    reply.removeHeader('connection');
    sendProblem(reply, found);
  };
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: fail,
    // Requests are checked by our own parsers, and answers are what our types say: neither Ajv nor
    // fast-json-stringify is loaded, which take longer than everything else of the start together.
    schemaController: {
      compilersFactory: {
        buildValidator: (() => () => () => true) as never,
        buildSerializer: () => () => JSON.stringify,
      },
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseBody(text as string));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) => {
    notFound(request, reply);
    context.tally.request(NO_ROUTE, reply.statusCode);
  });
  for (const [id, operation] of operationEntries())
    addRoute(app, context, id, operation, handlers[id] as Handler<OperationId>);
  await app.ready();
  return app;
}

function addRoute(
  app: FastifyInstance,
  context: DaemonContext,
  id: OperationId,
  operation: Operation,
  handle: Handler<OperationId>,
): void {
  const readParams = operation.params === undefined ? null : textParserOf(operation.params, 'The path');
  const readQuery = operation.query === undefined ? null : textParserOf(operation.query, 'The query');
  const readBody = operation.body === undefined ? null : parserOf(operation.body, 'The body');
  const isBodyOptional = operation.bodyOptional === true;
  app.route({
    method: operation.method,
    url: operation.path,
    config: { id },
    // As it is sent, and not when it is through: that would cost every answer two listeners more.
    onSend: (_request, reply, payload, done) => {
      context.tally.request(id, reply.statusCode);
      done(null, payload);
    },
    handler: (request, reply) => {
      if (readParams !== null && climbs(pathOf(request.url)))
        return sendProblem(reply, problem('NOT_FOUND', 'No such route'));
      const body = withoutForeignPid(request.body, request.headers, context.pidNamespace);
      return handle(
        context,
        {
          params: readParams === null ? undefined : readParams(request.params as Record<string, unknown>),
          query: readQuery === null ? undefined : readQuery(request.query as Record<string, unknown>),
          body: readBody === null || (isBodyOptional && body === undefined) ? undefined : readBody(body),
        } as never,
        reply,
      );
    },
  });
}

/** The patterns of all paths, with the methods that each has. */
const PATHS: readonly { readonly pattern: RegExp; readonly methods: readonly string[] }[] = Array.from(
  Map.groupBy(Object.values(OPERATIONS), ({ path }) => path),
  ([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
    methods: operations.map(({ method }) => method),
  }),
);

/** Whether a path, once decoded, would climb: no name of ours does, so that nobody has an honest reason to ask. */
function climbs(path: string): boolean {
  // Nearly every path ends here.
  if (!/\.\.|%2e/i.test(path)) return false;
  const decoded = path.replaceAll(/%2e/gi, '.').replaceAll(/%2f|%5c|\\/gi, '/');
  return /(?:^|\/)\.\.(?:\/|$)/.test(decoded);
}

function notFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request.url);
  const methods = climbs(path)
    ? []
    : PATHS.filter(({ pattern }) => pattern.test(path)).flatMap((each) => each.methods);
  if (methods.length === 0) {
    sendProblem(reply, problem('NOT_FOUND', 'No such route'));
    return;
  }
  const allow = [...new Set(methods)].join(', ');
  reply.header('allow', allow);
  sendProblem(reply, problem('METHOD_NOT_ALLOWED', `This route has ${allow}, not ${request.method}`));
}
