// Owns what the tests see of the commands in the pages: which pages people wrote, and the fenced blocks in them.

import { GENERATED } from '../../scripts/docs/markdown.ts';
import { read, repositoryFiles } from './tree.ts';

/** The README and every page in docs that is not made from the code. */
export function handWrittenPages(): string[] {
  return repositoryFiles()
    .filter((path) => path === 'README.md' || /^docs\/.*\.md$/.test(path))
    .filter((path) => !read(path).startsWith(GENERATED));
}

export interface Block {
  /** What stands behind the opening fence: the language, and perhaps more. */
  readonly info: string;
  readonly text: string;
}

/** The fenced blocks of a page, in their order. */
export function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(/^(`{3,})([^\n]*)\n([\s\S]*?)^\1$/gm)].map(([, , info = '', text = '']) => ({
    info: info.trim(),
    text,
  }));
}

/** The blocks for a shell, which a test runs as they stand. */
export function recipesIn(markdown: string): string[] {
  return blocksIn(markdown).flatMap(({ info, text }) => (info === 'sh' ? [text] : []));
}
