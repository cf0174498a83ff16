// Owns the look into a project's files that a plan needs: small texts and names, and nothing that could fail loudly.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { ProjectReader } from '../tools/situation.ts';

/** A file that is larger is no package.json, and no program's start. */
const MAX_BYTES = 1_048_576;

/** Reads from the disk, each file once. */
export function projectFiles(): ProjectReader {
  const texts = new Map<string, string | null>();
  return {
    text: (path) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = textOf(path);
      texts.set(path, text);
      return text;
    },
    names: (path) => {
      try {
        return readdirSync(path).sort();
      } catch {
        return [];
      }
    },
  };
}

function textOf(path: string): string | null {
  try {
    // A pipe or a device of that name would be waited for without end.
    const stats = statSync(path);
    return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}
