// Owns the port range: an inclusive interval of ports, and what a valid port number is.

/** The lowest and highest numbers that TCP and UDP have for a port a program can ask for by number. */
export const MIN_PORT = 1;
export const MAX_PORT = 65_535;
/** Ports below this need privileges to bind on most systems; Styxy never hands them out. */
export const MIN_UNPRIVILEGED_PORT = 1024;

/** An interval of ports, both ends included. */
export interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** Whether `value` is an integer from 1 to 65,535. */
export function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= MIN_PORT && value <= MAX_PORT;
}

export function rangeSize(range: PortRange): number {
  return range.end - range.start + 1;
}

export function contains(range: PortRange, port: number): boolean {
  return port >= range.start && port <= range.end;
}

export function overlaps(a: PortRange, b: PortRange): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** The ports of a block: `count` consecutive ports from `first`. */
export function blockPorts(first: number, count: number): number[] {
  const ports: number[] = [];
  for (let port = first; port < first + count; port++) ports.push(port);
  return ports;
}
