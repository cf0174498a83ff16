// Owns the lines of ours in a .env file: found by their marks, replaced as a whole, with every other byte left as it is. Pure.

const BEGIN = '# >>> styxy: written by `styxy env --dotenv FILE`, what is changed in here is lost >>>';
const END = '# <<< styxy <<<';

/** What every beginning and every end of a block has, also those of other versions. */
const BEGINS = '# >>> styxy';
const ENDS = '# <<< styxy';

/**
 * The text with `variables` in our block: in the place of the former one, else at the end.
 *
 * @param text decoded so that every byte is one character
 * @returns null where the marks do not stand for one block, as after an edit or a merge: nobody can say then what is ours
 */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string | null {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lines = [BEGIN, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), END];
  const block = lines.map((line) => `${line}${lineEnd}`).join('');
  const [begins, ends] = [placesOf(text, BEGINS), placesOf(text, ENDS)];
  if (begins.length === 0 && ends.length === 0) {
    return `${text}${text === '' || text.endsWith('\n') ? '' : lineEnd}${block}`;
  }
  const [begin = 0] = begins;
  const [end = 0] = ends;
  if (begins.length !== 1 || ends.length !== 1 || end < begin) return null;
  const lineAfter = text.indexOf('\n', end) + 1;
  // A file may end within our last line.
  return `${text.slice(0, begin)}${block}${lineAfter === 0 ? '' : text.slice(lineAfter)}`;
}

/** Where lines begin with `mark`. */
function placesOf(text: string, mark: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (at === 0 || text[at - 1] === '\n') places.push(at);
  }
  return places;
}
