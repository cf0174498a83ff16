// Owns the placeholder `{port}` in the words of a command.

const PLACEHOLDER = '{port}';

/**
 * The command with every `{port}` replaced, inside longer words too.
 *
 * @param words the command and its arguments
 * @param port what takes the placeholder's place
 */
export function fillPort(words: readonly string[], port: number): string[] {
  return words.map((word) => word.replaceAll(PLACEHOLDER, String(port)));
}

export function wantsPort(words: readonly string[]): boolean {
  return words.some((word) => word.includes(PLACEHOLDER));
}
