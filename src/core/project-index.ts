// Owns the index of the projects that keys are remembered for: how many of them would like the same name.

import { type ProjectNames, projectLabel } from './host-name.ts';

export class ProjectIndex implements ProjectNames {
  /** By project: how many keys remember it. */
  readonly #keys = new Map<string, number>();
  /** By label: how many projects have it. */
  readonly #projects = new Map<string, number>();

  isShared(path: string): boolean {
    const others = (this.#projects.get(projectLabel(path)) ?? 0) - (this.#keys.has(path) ? 1 : 0);
    return others > 0;
  }

  /** A key of the project is remembered. */
  add(path: string): void {
    if (count(this.#keys, path, 1) === 1) count(this.#projects, projectLabel(path), 1);
  }

  /** A key of the project is forgotten, or changed. */
  remove(path: string): void {
    if (count(this.#keys, path, -1) === 0) count(this.#projects, projectLabel(path), -1);
  }
}

function count(counts: Map<string, number>, id: string, by: 1 | -1): number {
  const after = (counts.get(id) ?? 0) + by;
  if (after === 0) counts.delete(id);
  else counts.set(id, after);
  return after;
}
