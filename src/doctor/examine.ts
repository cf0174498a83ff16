// Owns the running of the checks: all of them, whatever becomes of one, each for a bounded time; and the mending.

import { type Check, type CheckState, type Finding, skipped, trouble } from './check.ts';
import type { Scene } from './scene.ts';

export interface Result {
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  readonly found: string;
  readonly why: string;
  readonly remedy: string | null;
  /** Whether --fix mends it. */
  readonly canFix: boolean;
  /** What --fix did; null where it did nothing. */
  readonly fixed: string | null;
}

export interface ExamineOptions {
  readonly isFix: boolean;
  /** How long one check, or one mending, may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * Runs all checks at once. What can be mended and is to be, is mended one after the other, and everything is looked at
 * again: what mends one thing often mends another.
 *
 * @param see makes a scene in which nothing was looked at yet
 * @returns one result for each check, in their order
 */
export async function examine(
  checks: readonly Check[],
  see: () => Scene,
  { isFix, timeoutMs }: ExamineOptions,
): Promise<readonly Result[]> {
  const scene = see();
  const findings = await Promise.all(checks.map((check) => runBounded(check, scene, timeoutMs)));
  const mendings = new Map<Check, Mending>();
  for (const [at, check] of checks.entries())
    if (isFix && findings[at]?.canFix === true) mendings.set(check, await mend(check, see(), timeoutMs));
  const again = see();
  return await Promise.all(
    checks.map(async (check, at) => {
      const before = mendings.size === 0 ? findings[at] : undefined;
      return resultOf(check, before ?? (await runBounded(check, again, timeoutMs)), mendings.get(check));
    }),
  );
}

type Mending = { readonly done: string } | { readonly failed: string };

async function mend(check: Check, scene: Scene, timeoutMs: number): Promise<Mending> {
  try {
    return { done: await within(fixIn(check, scene), timeoutMs) };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

async function runBounded(check: Check, scene: Scene, timeoutMs: number): Promise<Finding> {
  try {
    return await within(runIn(check, scene), timeoutMs);
  } catch (error) {
    return trouble(
      `could not be looked at: ${messageOf(error)}`,
      'Run `styxy doctor` again; if it stays, report it with what `styxy daemon logs` says.',
    );
  }
}

async function runIn(check: Check, scene: Scene): Promise<Finding> {
  if (check.needs === 'nothing') return await check.run(scene);
  const { home } = scene;
  if (home === null) return skipped('there is no home');
  const sight = await scene.homeSight();
  if (sight.kind !== 'own') return skipped(sight.kind === 'missing' ? 'there is no home yet' : WITHOUT_HOME);
  if (check.needs === 'home') return await check.run({ ...scene, home });
  const daemon = await scene.daemon();
  if (daemon.kind !== 'answers') return skipped('no daemon answers');
  return await check.run({ ...scene, home, status: daemon.status });
}

const WITHOUT_HOME = 'the home cannot be used';

async function fixIn(check: Check, scene: Scene): Promise<string> {
  const cannot = 'nothing was done';
  if (check.needs === 'nothing') return (await check.fix?.(scene)) ?? cannot;
  const { home } = scene;
  if (home === null) return cannot;
  if (check.needs === 'home') return (await check.fix?.({ ...scene, home })) ?? cannot;
  const daemon = await scene.daemon();
  if (daemon.kind !== 'answers') return cannot;
  return (await check.fix?.({ ...scene, home, status: daemon.status })) ?? cannot;
}

function resultOf(check: Check, finding: Finding, mending: Mending | undefined): Result {
  const { id, title, why } = check;
  const { state, found, remedy, canFix } = finding;
  const result = { id, title, state, found, why, remedy, canFix, fixed: null };
  if (mending === undefined) return result;
  if ('done' in mending) return { ...result, fixed: mending.done };
  return { ...result, state: 'trouble', found: `${found}; it could not be mended: ${mending.failed}` };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  // Whatever becomes of it once nobody waits any more ends nothing.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
