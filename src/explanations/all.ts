// Owns the table of all explanations, one for each code.

import { type ErrorCode, type Problem, problem } from '../errors.ts';
import type { Explanation } from './explanation.ts';
import { OF_AUTOSTART } from './of-autostart.ts';
import { OF_DAEMON } from './of-daemon.ts';
import { OF_LEASES } from './of-leases.ts';
import { OF_PROJECTS } from './of-projects.ts';
import { OF_REQUESTS } from './of-requests.ts';

export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  ...OF_REQUESTS,
  ...OF_LEASES,
  ...OF_DAEMON,
  ...OF_AUTOSTART,
  ...OF_PROJECTS,
};

/** The problem document of a code's example. */
export function exampleProblem(code: ErrorCode): Problem {
  const { detail, hint, fields } = EXPLANATIONS[code].example;
  return problem(code, detail, hint, fields);
}
