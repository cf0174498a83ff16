// Owns the figures in the reference: a run's table between two marks of the page, and nothing else of it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '..', 'docs', 'reference', 'performance.md');
const BEGIN = '<!-- figures: written by `npm run bench -- --record` -->';
const END = '<!-- end of figures -->';

/**
 * Puts `text` in the place of the former figures.
 *
 * @returns the path of the page
 * @throws Error when the page has no marks
 */
export function recordFigures(text: string): string {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${PAGE} has no marks for the figures`);
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\n${text}\n\n${page.slice(end)}`);
  return PAGE;
}
