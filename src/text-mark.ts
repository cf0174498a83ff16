// Owns the mark of a text: a few characters by which texts that were shortened or altered alike are told apart.

/** FNV-1a of the UTF-8 bytes, 32 bits as eight hexadecimal digits: enough for the few names of one machine. */
export function textMark(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
