// Owns the lines of ours in a shell's start file: put at its end, found again by their marks, and taken out byte for byte. Pure.

const BEGIN = '# >>> styxy completion: written by `styxy setup`, removed by `styxy setup --undo` >>>';
const END = '# <<< styxy completion <<<';
const BLOCK = new RegExp(`\\n?${literally(BEGIN)}\\n[^\\n]*\\n${literally(END)}\\n`);

/** The text with our lines at its end, in place of former ones. */
export function withLines(text: string, path: string): string {
  const word = `'${path.replaceAll("'", "'\\''")}'`;
  // One line end, whether the text ends with one or not: so much is taken out again.
  return `${withoutLines(text)}\n${BEGIN}\n[ -r ${word} ] && . ${word}\n${END}\n`;
}

export function withoutLines(text: string): string {
  return text.replace(BLOCK, '');
}

export function hasLines(text: string): boolean {
  return BLOCK.test(text);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\`]/g, '\\$&');
}
