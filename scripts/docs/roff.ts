// Owns the pieces of roff that the manual page is made of: the macros of man(7), which every reader of manual pages knows.

/** Lines of the page's source, as its readers' checks want them. */
const WIDTH = 78;

/** What stands for characters that not every terminal has, in every reader of manual pages. */
const NAMED: Readonly<Record<string, string>> = {
  '–': '\\(en',
  '’': '\\(cq',
  '“': '\\(lq',
  '”': '\\(rq',
  '→': '\\(->',
};

/** Text in which nothing is a command to roff. A hyphen stays one that can be copied into a shell. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '...')
    .replace(
      /[^\n\x20-\x7e]/gu,
      (character) => NAMED[character] ?? `\\[u${hexadecimal(character.codePointAt(0) ?? 0)}]`,
    );
}

function hexadecimal(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

export function bold(text: string): string {
  return text === '' ? '' : `\\fB${plain(text)}\\fP`;
}

export function italic(text: string): string {
  return text === '' ? '' : `\\fI${plain(text)}\\fP`;
}

/** A text of sentences; what it marks as code is bold. */
export function prose(text: string): string {
  const marked = text
    .split(/`([^`]*)`/)
    .map((part, index) => (index % 2 === 1 ? bold(part) : plain(part)))
    .join('');
  return fill(marked);
}

/** A usage line: what is typed as it stands is bold, what stands for something else italic. */
export function usage(line: string): string {
  const [program = '', ...rest] = line.split(/([\s[\]|…]+)/);
  const words = rest.map((word) => {
    if (/^(?:[\s[\]|…]+|)$/.test(word)) return plain(word);
    return /^[A-Z][A-Z_0-9=]*$/.test(word) ? italic(word) : bold(word);
  });
  return guarded([bold(program), ...words].join(''));
}

/** Breaks a text into the lines of a source, at its spaces; between roff's own words there are none. */
function fill(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map(guarded).join('\n');
}

/** A line that begins with a dot or a quote would be a command. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

export function section(title: string, ...parts: readonly string[]): string {
  return joined([`.SH ${title}`, ...parts]);
}

export function subsection(title: string, ...parts: readonly string[]): string {
  return joined([`.SS ${plain(title)}`, ...parts]);
}

/** @param term roff already, for it may have bold and italic words */
export function item(term: string, text: string): string {
  return joined(['.TP', guarded(term), text]);
}

export function paragraphs(texts: readonly string[]): string {
  return texts.map(prose).join('\n.PP\n');
}

/** Lines that stay lines. */
export function literal(lines: readonly string[]): string {
  return joined(['.nf', ...lines.map(guarded), '.fi']);
}

/** Lines that stay lines, set in. */
export function example(lines: readonly string[]): string {
  return joined(['.PP', '.RS 4', literal(lines.map(plain)), '.RE']);
}

export function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
