// Owns the shape of the corpus: commands as agents write them, and what is to be decided on each.

/**
 * A command with `▸` in front of each simple command that is to be put behind `styxy run`, and what each of them is: tool,
 * service type, directory from the project unless it is its root, `:port` that it asks for, reach unless it is movable.
 */
export type ServerCase = readonly [text: string, ...found: string[]];

/** A command, and what it would end. */
export type KillCase = readonly [text: string, ...targets: string[]];

export const MARK = '▸';
