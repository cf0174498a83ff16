// Owns the handlers of the dashboard: its files with what a browser may do with them, and its sign-in.

import type { FastifyReply } from 'fastify';
import type { SignInAnswer, SignInCodeAnswer } from '../../api/schemas-dashboard.ts';
import { StyxyError } from '../../errors.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { PAGE } from '../dashboard-files.ts';
import { bearerOf } from '../guard.ts';
import { CODE_MS } from '../sign-in.ts';

/** Nothing but the page's own files and its own daemon; no markup that a script makes out of text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
};

export const dashboard: Handler<'dashboard'> = (context, _input, reply) =>
  send(context, PAGE, 'no-cache', reply);

export const dashboardFile: Handler<'dashboardFile'> = (context, { params }, reply) =>
  // The page has one address alone.
  send(context, params.file === PAGE ? '' : params.file, 'public, max-age=31536000, immutable', reply);

async function send(
  { dashboard: files }: DaemonContext,
  name: string,
  cacheControl: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = await files.find(name);
  if (file === null) {
    throw name === PAGE
      ? new StyxyError('NOT_FOUND', 'The dashboard is not built', {
          hint: 'Run `npm run build` in the checkout of Styxy.',
        })
      : new StyxyError('NOT_FOUND', 'No such route');
  }
  const isGzip = /\bgzip\b/.test(String(reply.request.headers['accept-encoding'] ?? ''));
  reply.headers({ ...HEADERS, 'content-type': file.type, 'cache-control': cacheControl });
  if (isGzip) reply.header('content-encoding', 'gzip');
  return reply.send(isGzip ? file.gzipped : file.bytes);
}

export const signInCode: Handler<'signInCode'> = (context, _input, reply) => {
  const code = context.signIn.newCode();
  const port = context.port();
  reply.header('cache-control', 'no-store').send({
    success: true,
    code,
    url: port === null ? null : `http://127.0.0.1:${port}/#code=${code}`,
    expires_in_seconds: CODE_MS / 1000,
    message: 'The code signs one browser in, within a minute',
  } satisfies SignInCodeAnswer);
};

export const signIn: Handler<'signIn'> = (context, _input, reply) => {
  const code = bearerOf(reply.request.headers.authorization ?? '');
  const session = code === null ? null : context.signIn.exchange(code);
  if (session === null) {
    throw new StyxyError('UNAUTHORIZED', 'The code was used, or is more than a minute old', {
      hint: 'Run `styxy ui` again: it makes a new one.',
    });
  }
  reply.header('cache-control', 'no-store').send({
    success: true,
    token: session.token,
    expires_at: new Date(session.expiresAt).toISOString(),
    message: 'Signed in',
  } satisfies SignInAnswer);
};
