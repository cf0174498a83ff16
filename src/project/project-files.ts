// Owns the look into a project's files that a plan needs: small texts and names, and nothing that could fail loudly.

import { readdirSync } from 'node:fs';
import type { ProjectReader } from '../tools/situation.ts';
import { readProjectFile } from './project-file.ts';

/**
 * Reads from the disk, each file once.
 *
 * @param maxReads after so many looks at files and directories nothing more is found: for a reader that others wait for
 */
export function projectFiles(maxReads: number = Number.POSITIVE_INFINITY): ProjectReader {
  const texts = new Map<string, string | null>();
  let reads = 0;
  const isOver = (): boolean => {
    reads += 1;
    return reads > maxReads;
  };
  return {
    text: (path) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      if (isOver()) return null;
      const text = readProjectFile(path);
      texts.set(path, text);
      return text;
    },
    names: (path) => {
      if (isOver()) return [];
      try {
        return readdirSync(path).sort();
      } catch {
        return [];
      }
    },
  };
}
