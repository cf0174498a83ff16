// Owns the slug of a checkout: a name for databases, buckets and the like that no other checkout of this machine has.

import { textMark } from '../text-mark.ts';

/** With the mark and its underscore 40: PostgreSQL takes 63 bytes for a name, MySQL 64, and a project adds words of its own. */
const MAX_NAME = 31;

/**
 * The last directory and a mark of the whole path, such as `shop_1f2e3d4c`: small letters, digits and underscores, beginning with a
 * letter, so that no database asks for quotes. The same for the same path, whoever asks, without a daemon too.
 *
 * @param projectPath the root of the checkout as a real path
 */
export function projectSlug(projectPath: string): string {
  const last = projectPath.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const plain = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^_+/, '');
  const name = /^[a-z]/.test(plain) ? plain : `p_${plain}`;
  return `${name.slice(0, MAX_NAME).replace(/_+$/, '')}_${textMark(projectPath)}`;
}
