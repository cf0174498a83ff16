// Owns the index of the projects that keys are remembered for: what each is called, and which would like the same name.

import { marked, type ProjectNames, projectLabel } from './host-name.ts';

interface Known {
  /** What it would be called if no other had the same name: made once, since every answer shows it. */
  readonly label: string;
  /** How many keys remember it. */
  keys: number;
}

export class ProjectIndex implements ProjectNames {
  readonly #known = new Map<string, Known>();
  /** By label: the projects that would like it, in the order in which they came. The first one has it. */
  readonly #wanted = new Map<string, string[]>();

  labelOf(path: string): string {
    const label = this.#known.get(path)?.label ?? projectLabel(path);
    const first = this.#wanted.get(label)?.[0] ?? path;
    return first === path ? label : marked(label, path);
  }

  /** Whether a key of the project is remembered. */
  knows(path: string): boolean {
    return this.#known.has(path);
  }

  /** A key of the project is remembered. */
  add(path: string): void {
    const known = this.#known.get(path);
    if (known !== undefined) {
      known.keys += 1;
      return;
    }
    const label = projectLabel(path);
    this.#known.set(path, { label, keys: 1 });
    const others = this.#wanted.get(label);
    if (others === undefined) this.#wanted.set(label, [path]);
    else others.push(path);
  }

  /** A key of the project is forgotten, or changed. */
  remove(path: string): void {
    const known = this.#known.get(path);
    if (known === undefined) return;
    known.keys -= 1;
    if (known.keys > 0) return;
    this.#known.delete(path);
    const others = (this.#wanted.get(known.label) ?? []).filter((each) => each !== path);
    if (others.length === 0) this.#wanted.delete(known.label);
    else this.#wanted.set(known.label, others);
  }
}
