// Owns how failures leave the daemon: every error as a problem document, and what is a bug told from what is not.

import type { FastifyReply } from 'fastify';
import type { Refusal } from '../core/refusal.ts';
import { type Problem, problem, StyxyError } from '../errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers with a problem document. As bytes: to text of a JSON type the framework would add a charset, which it has not. */
export function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  return reply
    .code(found.status)
    .header('content-type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(found)));
}

export function refusalProblem(refusal: Refusal): Problem {
  return problem(refusal.code, refusal.detail, refusal.hint, refusal.fields);
}

/** The problem document of a StyxyError. */
export function errorProblem(error: StyxyError): Problem {
  return problem(error.code, error.message, error.hint, error.fields);
}

/**
 * The problem document for whatever a route, a parser or the framework threw.
 *
 * @returns a document of code INTERNAL for what nobody foresaw: a bug.
 */
export function thrownProblem(thrown: unknown): Problem {
  if (thrown instanceof StyxyError) return errorProblem(thrown);
  const { statusCode, code } = thrown as { statusCode?: unknown; code?: unknown };
  if (statusCode === 413) return problem('PAYLOAD_TOO_LARGE', 'The body is larger than 64 KiB');
  if (statusCode === 415) return problem('UNSUPPORTED_MEDIA_TYPE', 'The body is not `application/json`');
  if (statusCode === 404 || code === 'FST_ERR_MAX_PARAM_LENGTH') return problem('NOT_FOUND', 'No such route');
  if (statusCode === 400 || code === 'ECONNRESET') {
    return problem('INVALID_REQUEST', 'The request could not be read: its path or body is malformed');
  }
  return problem('INTERNAL', 'Something went wrong in the daemon; its log says what');
}
