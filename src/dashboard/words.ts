// Owns how things are said on the page: ages, places, names that came from outside.

/** Characters that would turn the direction of writing, hide, or break a line: a name shows them as what they are. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A text from outside as one line that reads from left to right, whatever is in it. */
export function plain(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\ufffd');
}

/** How long something takes or took, in one unit: `4 s`, `12 min`, `3 h`, `5 d`. @param ms negative counts as nothing */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** The last part of a path, which is what people call a project. */
export function baseName(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== '');
  return plain(name ?? path);
}

/** The directory that a project lies in, shortened from the left. */
export function parentOf(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '');
  const parent = parts.slice(0, -1);
  return plain(parent.length > 3 ? `…/${parent.slice(-3).join('/')}` : `/${parent.join('/')}`);
}

/** `1 lease`, `2 leases`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `3000`, or `3000–3004` of a block. */
export function portsOf(ports: readonly number[]): string {
  const [first = 0] = ports;
  return ports.length > 1 ? `${first}–${ports.at(-1) ?? first}` : String(first);
}

/** The time of day of a moment. @param at ISO 8601 */
export function timeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour12: false });
}
