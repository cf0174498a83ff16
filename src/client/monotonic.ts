// Owns the client's clock: monotonic milliseconds, without loading `performance`, which takes a millisecond by itself.

/** Milliseconds from an arbitrary origin. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
