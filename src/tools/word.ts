// Owns a word of a command, with the place that it came from.

export interface Word {
  readonly text: string;
  /** Its index in the user's own command, where it can be filled; null for a word of a script. */
  readonly at: number | null;
  /** False when a shell will make something else of it. */
  readonly isLiteral: boolean;
}

export function wordsOf(texts: readonly string[]): Word[] {
  return texts.map((text, at) => ({ text, at, isLiteral: true }));
}

/**
 * The name of a program as tables know it: without its folder, and without the endings that Windows and Node need.
 * The scope of a package belongs to its name: `@acme/vite` is not vite.
 */
export function programName(text: string): string {
  if (/^@[^/\\]+\/[^/\\]+$/.test(text)) return text;
  const name = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
  const plain = name.replace(/\.(?:cmd|exe|bat|ps1)$/i, '');
  return isInPackages(text) ? plain.replace(/\.[cm]?js$/, '') : plain;
}

/** Whether a path leads to what a package manager installed. */
export function isInPackages(path: string): boolean {
  return /(?:^|[/\\])node_modules[/\\]/.test(path);
}
