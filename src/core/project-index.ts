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
  /** By label: how many projects would like it. */
  readonly #wanted = new Map<string, number>();

  labelOf(path: string): string {
    const known = this.#known.get(path);
    const label = known?.label ?? projectLabel(path);
    const others = (this.#wanted.get(label) ?? 0) - (known === undefined ? 0 : 1);
    return others > 0 ? marked(label, path) : label;
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
    this.#wanted.set(label, (this.#wanted.get(label) ?? 0) + 1);
  }

  /** A key of the project is forgotten, or changed. */
  remove(path: string): void {
    const known = this.#known.get(path);
    if (known === undefined) return;
    known.keys -= 1;
    if (known.keys > 0) return;
    this.#known.delete(path);
    const others = (this.#wanted.get(known.label) ?? 1) - 1;
    if (others === 0) this.#wanted.delete(known.label);
    else this.#wanted.set(known.label, others);
  }
}
