// Owns the figures in the reference: each run's table between its two marks of the page, and nothing else of it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '..', 'docs', 'reference', 'performance.md');
/** The marks that stand around one table of the page. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

export const FIGURES: Marks = {
  begin: '<!-- figures: written by `npm run bench -- --record` -->',
  end: '<!-- end of figures -->',
};
export const PEER_FIGURES: Marks = {
  begin: '<!-- peers: written by `npm run bench:peers -- --record` -->',
  end: '<!-- end of peers -->',
};

/**
 * Puts `text` in the place of the former figures.
 *
 * @returns the path of the page
 * @throws Error when the page has no marks
 */
export function recordFigures(text: string, marks: Marks): string {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(marks.begin), page.indexOf(marks.end)];
  if (begin === -1 || end < begin) throw new Error(`${PAGE} has no marks for the figures`);
  writeFileSync(PAGE, `${page.slice(0, begin)}${marks.begin}\n\n${text}\n\n${page.slice(end)}`);
  return PAGE;
}
