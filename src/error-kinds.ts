// Owns the table of errors: every code with its HTTP status, exit status, whether a retry can help, and its hint.

export interface ErrorKind {
  /** A short name for people, the same for every occurrence (RFC 9457 `title`). */
  readonly title: string;
  readonly status: number;
  /** The command line's exit status. */
  readonly exit: number;
  /** Whether the same request can succeed later without being changed. */
  readonly retriable: boolean;
  /** What to do next, when the occurrence has nothing better to say. */
  readonly hint: string;
}

/** The only place where a code is defined; what there is to explain of each stands in `src/explanations`, which no request loads. */
export const ERROR_KINDS = {
  INVALID_REQUEST: {
    title: 'Invalid request',
    status: 400,
    exit: 2,
    retriable: false,
    hint: 'Correct the field that the message names; `styxy COMMAND --help` shows what is allowed.',
  },
  UNKNOWN_SERVICE_TYPE: {
    title: 'Unknown service type',
    status: 400,
    exit: 1,
    retriable: false,
    hint: '`styxy config show` lists the service types; add one under "service_types" in config.json, or run `styxy config auto-allocation enable`.',
  },
  UNAUTHORIZED: {
    title: 'Unauthorized',
    status: 401,
    exit: 1,
    retriable: false,
    hint: 'Send `Authorization: Bearer <token>` with the content of auth.token in STYXY_HOME, or use the unix socket.',
  },
  FORBIDDEN: {
    title: 'Forbidden',
    status: 403,
    exit: 1,
    retriable: false,
    hint: 'Call the API as http://127.0.0.1:PORT from a program of this machine, not from a web page.',
  },
  NOT_FOUND: {
    title: 'Not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`GET /openapi.json` lists every route.',
  },
  LEASE_NOT_FOUND: {
    title: 'Lease not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`styxy list` shows the live leases.',
  },
  INSTANCE_NOT_FOUND: {
    title: 'Instance not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`styxy instances register --id ID` registers it; so does its first allocation.',
  },
  METHOD_NOT_ALLOWED: {
    title: 'Method not allowed',
    status: 405,
    exit: 1,
    retriable: false,
    hint: 'The Allow header names the methods that this route has.',
  },
  REQUEST_TIMEOUT: {
    title: 'Request timeout',
    status: 408,
    exit: 1,
    retriable: true,
    hint: 'Send the headers within 5 seconds and the whole request within 15.',
  },
  PORT_UNAVAILABLE: {
    title: 'Port unavailable',
    status: 409,
    exit: 1,
    retriable: true,
    hint: '`styxy check PORT` says who holds it; without `--exact` Styxy finds another port.',
  },
  RANGE_EXHAUSTED: {
    title: 'Range exhausted',
    status: 409,
    exit: 1,
    retriable: true,
    hint: '`styxy cleanup --force --dry-run` shows leases that nobody listens on; a larger "range" in config.json gives more ports.',
  },
  QUOTA_EXCEEDED: {
    title: 'Quota exceeded',
    status: 409,
    exit: 1,
    retriable: true,
    hint: '`styxy list` shows the leases; release some, or raise the quota in config.json.',
  },
  STALE_FENCE: {
    title: 'Stale fence',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Allocate again: the lease was granted anew since that fence number; `styxy list -v` shows who has it.',
  },
  LEASE_IN_USE: {
    title: 'Lease in use',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Ask its holder, whom `styxy list -v` shows, or add `--force` when you are sure.',
  },
  SINGLETON_HELD: {
    title: 'Singleton held',
    status: 409,
    exit: 1,
    retriable: true,
    hint: 'Use the running one, which `styxy list` shows, or ask its holder to release it.',
  },
  PAYLOAD_TOO_LARGE: {
    title: 'Payload too large',
    status: 413,
    exit: 1,
    retriable: false,
    hint: 'A body may have 64 KiB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Unsupported media type',
    status: 415,
    exit: 1,
    retriable: false,
    hint: 'Send `Content-Type: application/json`.',
  },
  TOO_MANY_REQUESTS: {
    title: 'Too many requests',
    status: 429,
    exit: 1,
    retriable: true,
    hint: 'Wait a minute, and send the right token.',
  },
  HEADERS_TOO_LARGE: {
    title: 'Request header fields too large',
    status: 431,
    exit: 1,
    retriable: false,
    hint: 'The headers of a request may have 16 KiB.',
  },
  INTERNAL: {
    title: 'Internal error',
    status: 500,
    exit: 1,
    retriable: true,
    hint: '`styxy daemon logs` has the details; please report it.',
  },
  STORE_UNAVAILABLE: {
    title: 'Store unavailable',
    status: 503,
    exit: 1,
    retriable: true,
    hint: '`styxy daemon logs` says why the store cannot be written; nothing was granted.',
  },
  STORE_FULL: {
    title: 'Store full',
    status: 507,
    exit: 1,
    retriable: true,
    hint: 'Free some disk space where STYXY_HOME lives, then try again; nothing was lost.',
  },
  SYSTEM_LIMIT: {
    title: 'System limit reached',
    status: 503,
    exit: 1,
    retriable: true,
    hint: 'Try again in a moment; if it stays so, give the daemon more open files (`ulimit -n`) and run `styxy daemon restart`.',
  },
  PORTS_UNREADABLE: {
    title: 'Ports unreadable',
    status: 503,
    exit: 1,
    retriable: true,
    hint: 'Install `ss` (package iproute2), `lsof` or `netstat`; `styxy check PORT` works without them.',
  },
  CONFIG_NOT_WRITABLE: {
    title: 'Configuration not writable',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Make the change where config.json comes from, or make it writable; `styxy config path` prints where it is.',
  },
  WAIT_TIMEOUT: {
    title: 'Wait timeout',
    status: 504,
    exit: 1,
    retriable: true,
    hint: '`styxy check PORT` says who listens; `--timeout S` waits longer.',
  },
  DAEMON_UNREACHABLE: {
    title: 'No daemon',
    status: 503,
    exit: 3,
    retriable: true,
    hint: '`styxy daemon start` starts one and says what is in its way.',
  },
  ALREADY_RUNNING: {
    title: 'Already running',
    status: 409,
    exit: 1,
    retriable: false,
    hint: '`styxy daemon status` shows the one that runs.',
  },
  AUTOSTART_UNAVAILABLE: {
    title: 'No autostart here',
    status: 503,
    exit: 1,
    retriable: false,
    hint: 'Nothing is lost: every command starts the daemon where none runs; `styxy autostart status` says what there is.',
  },
  FILE_NOT_OURS: {
    title: 'Not our file',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Move the file away that the message names, and try again.',
  },
  HOME_UNSAFE: {
    title: 'Unsafe home',
    status: 500,
    exit: 1,
    retriable: false,
    hint: 'Correct the owner and mode of the file that the message names.',
  },
  HOME_UNUSABLE: {
    title: 'Unusable home',
    status: 500,
    exit: 1,
    retriable: false,
    hint: 'Set STYXY_HOME to a directory of yours on a local disk.',
  },
  PROJECT_FILE_MISSING: {
    title: 'No styxy.json',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`styxy up --init` proposes one; `styxy run -- npm run dev` needs none.',
  },
  PROJECT_FILE_INVALID: {
    title: 'Mistakes in styxy.json',
    status: 400,
    exit: 1,
    retriable: false,
    hint: 'Correct what the message names; `styxy up --check` names every mistake with its line.',
  },
  ALREADY_UP: {
    title: 'Already up',
    status: 409,
    exit: 1,
    retriable: false,
    hint: '`styxy down` ends what runs.',
  },
  STORE_NEWER: {
    title: 'Store from a newer Styxy',
    status: 503,
    exit: 1,
    retriable: false,
    hint: 'Install the newer version again: `npm install -g styxy@latest`.',
  },
} as const satisfies Record<string, ErrorKind>;
