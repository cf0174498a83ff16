// Owns the look into a project's files that a plan needs: small texts and names, and nothing that could fail loudly.

import { readdirSync } from 'node:fs';
import { readProjectFile } from '../client/project-file.ts';
import type { ProjectReader } from '../tools/situation.ts';

/** Reads from the disk, each file once. */
export function projectFiles(): ProjectReader {
  const texts = new Map<string, string | null>();
  return {
    text: (path) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readProjectFile(path);
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
