// Owns the names of users: uid to name by /etc/passwd.

import { readFileSync } from 'node:fs';

/** How long names are believed: accounts come and go, but not often. */
const MAX_AGE_MS = 60_000;

/**
 * @param file in the form of /etc/passwd
 * @returns a function that names a uid; one that the file does not know (from LDAP, or a container's) by its number
 */
export function createUserNames(file = '/etc/passwd'): (uid: number) => string {
  let names: ReadonlyMap<number, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return (uid) => {
    if (performance.now() - readAt > MAX_AGE_MS) {
      readAt = performance.now();
      names = readNames(file) ?? names;
    }
    return names.get(uid) ?? String(uid);
  };
}

/** Reads the lines of /etc/passwd; where two share a uid the first counts, as it does for `ls`. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (!name || name.startsWith('#') || uid === undefined || !/^\d+$/.test(uid)) continue;
    if (!names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

function readNames(file: string): Map<number, string> | null {
  try {
    return parsePasswd(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
