// Owns the showing of foreign text: names, paths and commands of others must not steer the terminal.

/** Control characters, and those that turn the direction of the text or take no room. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Foreign text with everything that would move the cursor, colour, hide or turn text written as an escape.
 *
 * @param kept characters that may stay, such as the line end
 */
export function visible(text: string, kept = ''): string {
  return text.replace(UNSAFE, (char) => {
    if (kept.includes(char)) return char;
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
