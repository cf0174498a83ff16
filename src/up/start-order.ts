// Owns the order in which services start: each behind those that it depends on. Pure.

/** By service, those that it depends on, in the order of the file. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * The services that wait for each other in a circle.
 *
 * @returns the way round, with its first service again at the end; null where there is none
 */
export function findCycle(dependencies: Dependencies): readonly string[] | null {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (done.has(name)) return null;
    for (const next of dependencies.get(name) ?? []) {
      const cycle = visit(next, [...trail, name]);
      if (cycle !== null) return cycle;
    }
    done.add(name);
    return null;
  };
  for (const name of dependencies.keys()) {
    const cycle = visit(name, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/**
 * The wanted services and all that they depend on, each behind its dependencies, else in the order of the file.
 *
 * @param dependencies without a cycle
 * @param wanted services of it; all of them where it is null
 */
export function startOrder(
  dependencies: Dependencies,
  wanted: readonly string[] | null = null,
): readonly string[] {
  const needed = new Set<string>();
  const add = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const next of dependencies.get(name) ?? []) add(next);
  };
  for (const name of wanted ?? dependencies.keys()) add(name);
  const order = new Set<string>();
  const place = (name: string): void => {
    if (order.has(name)) return;
    for (const next of dependencies.get(name) ?? []) place(next);
    order.add(name);
  };
  for (const name of dependencies.keys()) if (needed.has(name)) place(name);
  return [...order];
}
