// Owns how people read a length of time.

const UNITS = [
  { seconds: 86_400, letter: 'd' },
  { seconds: 3_600, letter: 'h' },
  { seconds: 60, letter: 'm' },
] as const;

/** The largest two units of a length of time, such as `2h 5m`; seconds only below a minute. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const at = UNITS.findIndex((unit) => whole >= unit.seconds);
  const unit = UNITS[at];
  if (unit === undefined) return `${whole}s`;
  const first = `${Math.floor(whole / unit.seconds)}${unit.letter}`;
  const next = UNITS[at + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % unit.seconds) / next.seconds);
  return rest === 0 || next === undefined ? first : `${first} ${rest}${next.letter}`;
}

/** How long ago a moment was, by this machine's wall clock. */
export function ageText(iso: string, nowMs: number = Date.now()): string {
  return durationText((nowMs - Date.parse(iso)) / 1000);
}
