// Owns how a change of a text is shown: the lines that go and those that come, with a few around them.

const AROUND = 2;

/** @returns lines that begin with `-`, `+` or a space; none where nothing changes */
export function changedLines(before: string, after: string): string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  let tail = 0;
  const most = Math.min(old.length, now.length) - same;
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const gone = old.slice(same, old.length - tail);
  const come = now.slice(same, now.length - tail);
  if (gone.length === 0 && come.length === 0) return [];
  const kept = new Set(gone);
  // What only moved down between the lines that come has not gone.
  const lost = gone.filter((line) => !come.includes(line));
  return [
    ...now.slice(Math.max(0, same - AROUND), same).map((line) => `  ${line}`),
    ...lost.map((line) => `- ${line}`),
    ...come.map((line) => (kept.has(line) ? `  ${line}` : `+ ${line}`)),
    ...now.slice(now.length - tail, now.length - tail + AROUND).map((line) => `  ${line}`),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}
