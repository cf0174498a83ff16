// Owns the seal on each file that an autostart writes: by it a file of ours is told from others, and one that was edited from one that was not.

import { createHash } from 'node:crypto';

/** How a line of comment looks in a kind of file. */
export type Comment = 'hash' | 'xml';

/** `ours` was written by us and not changed since; `edited` was changed; `foreign` was never ours. */
export type Origin = 'ours' | 'edited' | 'foreign';

const SEAL = /^(?:# |<!-- )Written by `styxy autostart install`\..* sha256:([0-9a-f]{64})(?: -->)?$/;

/** The text with its seal: at the top, or below the prolog that XML must begin with. */
export function seal(text: string, comment: Comment): string {
  const words = `Written by \`styxy autostart install\`. It replaces no file that was changed by hand. sha256:${digest(text)}`;
  const line = comment === 'hash' ? `# ${words}` : `<!-- ${words} -->`;
  const at = comment === 'hash' ? 0 : text.indexOf('\n') + 1;
  return `${text.slice(0, at)}${line}\n${text.slice(at)}`;
}

export function originOf(text: string): Origin {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => SEAL.test(line));
  if (at < 0) return 'foreign';
  const [, sealed] = SEAL.exec(lines[at] ?? '') ?? [];
  return digest(lines.toSpliced(at, 1).join('\n')) === sealed ? 'ours' : 'edited';
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
