// Owns the damaged and invented texts that are thrown at parsers.

import fc from 'fast-check';

/** Pieces on which readers of text stumble. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      '\0',
      '\n',
      '\r\n',
      '\t',
      ' ',
      '"',
      '\\',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '|',
      ':',
      '::',
      '*',
      '%',
      ',',
    ],
    ...[
      '-1',
      '0',
      '65535',
      '65536',
      '99999999999999999999',
      '1e5',
      'NaN',
      '0x',
      'FFFF',
      '-',
      '–',
      '\ufeff',
      '\u202e',
    ],
    ...['__proto__', 'constructor', '💩', '\ud800', 'x'.repeat(5_000), '['.repeat(5_000), '9'.repeat(400)],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** A sample with cuts, insertions, repeated and swapped parts, or something that never was one. */
export function damaged(samples: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 40 }),
    kind: fc.constantFrom('cut', 'put', 'overwrite', 'repeat', 'flip', 'truncate'),
    piece,
    bit: fc.nat({ max: 6 }),
  });
  const edited = fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([sample, edits]) => {
      let text = sample;
      for (const { at, length, kind, piece: given, bit } of edits) {
        const from = Math.floor(at * text.length);
        const part = text.slice(from, from + length);
        const rest = text.slice(from + length);
        const flipped = String.fromCharCode((text.charCodeAt(from) || 0) ^ (1 << bit));
        text =
          kind === 'truncate'
            ? text.slice(0, from)
            : kind === 'flip'
              ? `${text.slice(0, from)}${flipped}${text.slice(from + 1)}`
              : text.slice(0, from) +
                { cut: '', put: given + part, overwrite: given, repeat: part.repeat(20) }[kind] +
                rest;
      }
      return text;
    });
  const invented = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  return fc.oneof({ weight: 5, arbitrary: edited }, { weight: 1, arbitrary: invented });
}
