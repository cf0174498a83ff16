// Owns what `*` and `?` in a pattern mean, in time that no pattern can blow up.

/**
 * Whether a pattern means a text: `*` stands for any characters, `?` for one, everything else for itself.
 *
 * A regular expression with many `.*` tries all ways to share a text among them; here only the last `*` is ever given
 * more, which is enough, so that the time is at most the product of the two lengths.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let starEnd = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      starEnd = at;
    } else if (wanted === '?' || wanted === text[at]) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++starEnd;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
