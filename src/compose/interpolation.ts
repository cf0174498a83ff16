// Owns the filling of variables in a text of a compose file, as far as it is certain what Compose would make of it.

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * Fills `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`, `${NAME:?message}` and the like, each without the colon
 * too, and makes `$$` a dollar (https://docs.docker.com/reference/compose-file/interpolation/).
 *
 * @returns null where it is not certain: a variable that must be set and is not, a value with a variable in it, or a
 *   text that is not understood
 */
export function interpolated(text: string, variables: Readonly<Record<string, string>>): string | null {
  let out = '';
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '$') {
      out += text[at];
      at += 1;
      continue;
    }
    const rest = text.slice(at + 1);
    if (rest.startsWith('$')) {
      out += '$';
      at += 2;
      continue;
    }
    const end = rest.startsWith('{') ? closing(rest) : (NAME.exec(rest)?.[0].length ?? 0);
    if (end === 0) return null;
    const value = rest.startsWith('{')
      ? expanded(rest.slice(1, end - 1), variables)
      : variableOf(rest.slice(0, end), variables);
    if (value === null) return null;
    out += value;
    at += 1 + end;
  }
  return out;
}

/** How long the text in braces is that `text` begins with; 0 where it has no end. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return 0;
}

/** What an unset variable is: nothing. Of a .env file that refers to others only Compose knows the value. */
function variableOf(name: string, variables: Readonly<Record<string, string>>): string | null {
  const value = Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
  return value.includes('$') ? null : value;
}

function expanded(inner: string, variables: Readonly<Record<string, string>>): string | null {
  const [name] = NAME.exec(inner) ?? [];
  if (name === undefined) return null;
  const [, colon = '', kind, word = ''] = /^(:?)([-+?])([\s\S]*)$/.exec(inner.slice(name.length)) ?? [];
  const value = variableOf(name, variables);
  if (inner.length === name.length) return value;
  if (value === null || kind === undefined) return null;
  const isThere = Object.hasOwn(variables, name) && (colon === '' || value !== '');
  if (kind === '+') return isThere ? interpolated(word, variables) : '';
  if (isThere) return value;
  return kind === '-' ? interpolated(word, variables) : null;
}
