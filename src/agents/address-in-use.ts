// Owns the spellings of one mistake: a program could not have its port, as the runtimes and servers of the world say it.

/** A complaint about a port in what a program printed. */
export interface PortConflict {
  /** Null where the program does not say which. */
  readonly port: number | null;
  /** The line that says so. */
  readonly line: string;
  /** Nothing but a program that failed writes this: code and documents that are about it look otherwise. */
  readonly isCertain: boolean;
}

/** What is looked at of a text: a program complains at its end, or at once. */
const MAX_TEXT = 64 * 1024;
/** What is looked at of a line. */
const MAX_LINE = 1000;
/** PostgreSQL names its port in a hint some lines below. */
const MAX_LINES_BELOW = 3;
const MAX_CONFLICTS = 3;
/** Colours, which some print between the words and the number. */
const COLOUR = /\u001b\[[0-9;]*m/g;
const HIGHEST_PORT = 65_535;

/** That a line complains at all. Each is found without going back. */
const COMPLAINTS: readonly RegExp[] = [
  // Node, Bun, Ruby; Elixir and Erlang in lower case
  /EADDRINUSE/i,
  // Rust, Deno
  /\bAddrInUse\b/,
  // the system's own words: C, Python, Go, Java, PHP, nginx, PostgreSQL, Redis
  /address (?:is )?already in use/i,
  // Vite, Angular, Next.js, Flask, Spring, Django
  /\bport (?:\d{1,5} )?(?:is |was )?(?:already )?in use\b/i,
  /\bis port \d{1,5} in use\b/i,
  // Docker
  /\bport is already allocated\b/i,
  // Create React App, and PostgreSQL's hint
  /already running on port \d/i,
  // .NET, Jetty
  /\bfailed to bind to\b/i,
  // gunicorn
  /\bconnection in use: \(/i,
  // Storybook, Expo
  /\bport \d{1,5} is (?:not available|being used by another)/i,
  // Windows
  /only one usage of each socket address/i,
];

/** Complaints that nobody writes into code or a document about them, with the port that they name or without one. */
const CERTAIN: readonly RegExp[] = [
  /\[Errno (?:48|98)\]/,
  /\(os error (?:48|98)\)/,
  /\bcode: (?:48|98), kind: AddrInUse\b/,
  /\bjava\.net\.BindException\b/,
  /^Error: That port is already in use\b/,
  /could not bind IPv[46] address/,
];

/** Where the port stands, the more special first. */
const PORTS: readonly RegExp[] = [
  // Go, Docker: `listen tcp 127.0.0.1:8080: bind: …`
  /\blisten (?:tcp|udp)[46]? \S*?:(\d{1,5}): bind\b/i,
  // Docker: `Bind for 0.0.0.0:8080 failed`
  /\bbind for \S*?:(\d{1,5}) failed\b/i,
  // nginx: `bind() to 0.0.0.0:80 failed`
  /\bbind\(\) to \S*?:(\d{1,5}) failed\b/i,
  // Redis: `listening socket *:6379: bind: …`
  /\blistening socket \S*?:(\d{1,5}):/i,
  // PHP: `Failed to listen on localhost:8000 (reason: …`
  /\blisten on \S*?:(\d{1,5}) \(/i,
  // .NET, Jetty: `Failed to bind to address http://127.0.0.1:5000: …`
  /\bbind to (?:address )?\S*?:(\d{1,5})(?=[:\s]|$)/i,
  // uvicorn and asyncio: `bind on address ('127.0.0.1', 8000)`; gunicorn
  /\('[^']{0,60}', (\d{1,5})(?:, \d+, \d+)?\)/,
  // Ruby: `bind(2) for "127.0.0.1" port 3000`, `bind(2) for 127.0.0.1:3000`
  /\bbind\(2\) for (?:"[^"]{0,60}" port |\S*?:)(\d{1,5})\b/i,
  // Node: `address already in use :::3000`
  /\baddress already in use:? \S*?:(\d{1,5})(?!\S)/i,
  // Tomcat: `Address localhost:1099 is already in use`
  /\baddress \S*?:(\d{1,5}) is already in use\b/i,
  /\bport:? (\d{1,5})\b/i,
];

/**
 * Finds what a program printed about ports that it could not have, each port once, in time that grows with the text.
 *
 * @returns three of them at most
 */
export function findPortConflicts(text: string): PortConflict[] {
  const looked = text.length <= MAX_TEXT ? text : text.slice(-MAX_TEXT);
  const lines = looked
    .replaceAll(COLOUR, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.slice(0, MAX_LINE));
  const found = new Map<number | null, PortConflict>();
  for (const [at, line] of lines.entries()) {
    if (!COMPLAINTS.some((complaint) => complaint.test(line))) continue;
    const below = lines.slice(at + 1, at + 1 + MAX_LINES_BELOW).find((each) => /on port:? \d/i.test(each));
    const port = portIn(line) ?? (below === undefined ? null : portIn(below));
    const isCertain = CERTAIN.some((certain) => certain.test(line));
    const known = found.get(port);
    if (known === undefined) found.set(port, { port, line, isCertain });
    else if (isCertain) found.set(port, { ...known, isCertain });
  }
  const named = [...found.values()].filter(({ port }) => port !== null);
  return (named.length > 0 ? named : [...found.values()]).slice(0, MAX_CONFLICTS);
}

function portIn(line: string): number | null {
  for (const pattern of PORTS) {
    const port = Number(pattern.exec(line)?.[1] ?? 0);
    if (port > 0 && port <= HIGHEST_PORT) return port;
  }
  return null;
}

/**
 * Texts of which one is in everything that `findPortConflicts` finds something in, in lower case: for a front that can
 * look for letters and nothing else.
 */
export const TELLING_OF_CONFLICTS: readonly string[] = [
  'addrinuse',
  'in use',
  'failed to bind',
  'already allocated',
  'already running on port',
  'is not available',
  'is being used by another',
  'only one usage of each socket',
];
