// Owns the table of errors: every code with its HTTP status, exit status, whether a retry can help, its hint and its meaning.

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
  /** What it means and why it comes, for `styxy explain` and the reference. */
  readonly explanation: string;
}

/** The only place where a code is defined; the reference and `styxy explain` are made from it. */
export const ERROR_KINDS = {
  INVALID_REQUEST: {
    title: 'Invalid request',
    status: 400,
    exit: 2,
    retriable: false,
    hint: 'Correct the field that the message names; `styxy COMMAND --help` shows what is allowed.',
    explanation:
      'A field is missing, has the wrong type, is out of bounds, or holds characters that names may not have. A request id that was used before with another body is answered this way too. Nothing was changed.',
  },
  UNKNOWN_SERVICE_TYPE: {
    title: 'Unknown service type',
    status: 400,
    exit: 1,
    retriable: false,
    hint: '`styxy config show` lists the service types; add one under "service_types" in config.json, or run `styxy config auto-allocation enable`.',
    explanation:
      'The service type is neither in the shipped catalogue nor in config.json, so it has no range of ports, and automatic ranges are switched off.',
  },
  UNAUTHORIZED: {
    title: 'Unauthorized',
    status: 401,
    exit: 1,
    retriable: false,
    hint: 'Send `Authorization: Bearer <token>` with the content of auth.token in STYXY_HOME, or use the unix socket.',
    explanation:
      'Requests over TCP need the token of this STYXY_HOME in the Authorization header; a query or cookie never counts.',
  },
  FORBIDDEN: {
    title: 'Forbidden',
    status: 403,
    exit: 1,
    retriable: false,
    hint: 'Call the API as http://127.0.0.1:PORT from a program of this machine, not from a web page.',
    explanation:
      'The Host, Origin or Sec-Fetch headers say that a web page or another host sent this request. Styxy answers its own host names only, so that no page can reach it through a browser.',
  },
  NOT_FOUND: {
    title: 'Not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`GET /openapi.json` lists every route.',
    explanation: 'There is no such route.',
  },
  LEASE_NOT_FOUND: {
    title: 'Lease not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`styxy list` shows the live leases.',
    explanation: 'No live lease has this lock id: it never existed, was released, or ended.',
  },
  INSTANCE_NOT_FOUND: {
    title: 'Instance not found',
    status: 404,
    exit: 1,
    retriable: false,
    hint: '`styxy instances register --id ID` registers it; so does its first allocation.',
    explanation: 'No instance of this id is registered. A heartbeat alone does not register one.',
  },
  METHOD_NOT_ALLOWED: {
    title: 'Method not allowed',
    status: 405,
    exit: 1,
    retriable: false,
    hint: 'The Allow header names the methods that this route has.',
    explanation: 'The route exists, but not with this method.',
  },
  REQUEST_TIMEOUT: {
    title: 'Request timeout',
    status: 408,
    exit: 1,
    retriable: true,
    hint: 'Send the headers within 5 seconds and the whole request within 15.',
    explanation: 'The request did not arrive in time.',
  },
  PORT_UNAVAILABLE: {
    title: 'Port unavailable',
    status: 409,
    exit: 1,
    retriable: true,
    hint: '`styxy check PORT` says who holds it; without `--exact` Styxy finds another port.',
    explanation:
      'The one port that was asked for with `exact` cannot be granted: another lease or another program holds it, or it is a port that is never granted. This is a port conflict, not a bug in your code.',
  },
  RANGE_EXHAUSTED: {
    title: 'Range exhausted',
    status: 409,
    exit: 1,
    retriable: true,
    hint: '`styxy cleanup --force --dry-run` shows leases that nobody listens on; a larger "range" in config.json gives more ports.',
    explanation:
      'Every port of the service type was tried and is held. The answer names the holders, 20 at most, and how many there are.',
  },
  STALE_FENCE: {
    title: 'Stale fence',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Allocate again: the lease was granted anew since that fence number.',
    explanation:
      'The fence number sent is not the one of the live lease, so its sender no longer holds it. Nothing was changed.',
  },
  LEASE_IN_USE: {
    title: 'Lease in use',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Ask its holder, or add `--force` when you are sure.',
    explanation: 'The lease is active and belongs to another project or instance than the caller named.',
  },
  SINGLETON_HELD: {
    title: 'Singleton held',
    status: 409,
    exit: 1,
    retriable: true,
    hint: 'Use the running one, or ask its holder to release it.',
    explanation: 'The machine runs one of this service, it is running, and the request asked for a new one.',
  },
  PAYLOAD_TOO_LARGE: {
    title: 'Payload too large',
    status: 413,
    exit: 1,
    retriable: false,
    hint: 'A body may have 64 KiB.',
    explanation: 'The body of the request is larger than 64 KiB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Unsupported media type',
    status: 415,
    exit: 1,
    retriable: false,
    hint: 'Send `Content-Type: application/json`.',
    explanation:
      'A request with a body must be JSON and say so: form posts are how web pages reach local daemons.',
  },
  TOO_MANY_REQUESTS: {
    title: 'Too many requests',
    status: 429,
    exit: 1,
    retriable: true,
    hint: 'Wait a minute, and send the right token.',
    explanation: 'More than 100 wrong tokens came within a minute. A right token still works.',
  },
  HEADERS_TOO_LARGE: {
    title: 'Request header fields too large',
    status: 431,
    exit: 1,
    retriable: false,
    hint: 'The headers of a request may have 16 KiB.',
    explanation: 'The request line and headers together are larger than 16 KiB.',
  },
  INTERNAL: {
    title: 'Internal error',
    status: 500,
    exit: 1,
    retriable: true,
    hint: '`styxy daemon logs` has the details; please report it.',
    explanation:
      'A bug in Styxy. The daemon stops and starts again into recovery; acknowledged leases are kept.',
  },
  STORE_UNAVAILABLE: {
    title: 'Store unavailable',
    status: 503,
    exit: 1,
    retriable: true,
    hint: '`styxy daemon logs` says why the store cannot be written; nothing was granted.',
    explanation: 'The change could not be made durable, so it was not made at all.',
  },
  STORE_FULL: {
    title: 'Store full',
    status: 507,
    exit: 1,
    retriable: true,
    hint: 'Free some disk space where STYXY_HOME lives, then try again; nothing was lost.',
    explanation:
      'The disk is full: the change could not be made durable, so it was not made at all. Leases granted before are kept.',
  },
  PORTS_UNREADABLE: {
    title: 'Ports unreadable',
    status: 503,
    exit: 1,
    retriable: true,
    hint: 'Install `ss` (package iproute2), `lsof` or `netstat`; `styxy check PORT` works without them.',
    explanation:
      'Neither the system nor one of its programs could say who listens on which port, so that an empty list would be no answer.',
  },
  CONFIG_NOT_WRITABLE: {
    title: 'Configuration not writable',
    status: 409,
    exit: 1,
    retriable: false,
    hint: 'Make the change where config.json comes from, or make it writable.',
    explanation:
      'config.json is read-only, managed by something else, being written by another program, or has mistakes, so Styxy does not change it. What holds already goes on.',
  },
  DAEMON_UNREACHABLE: {
    title: 'No daemon',
    status: 503,
    exit: 3,
    retriable: true,
    hint: '`styxy daemon start` starts one and says what is in its way.',
    explanation:
      'No daemon answers for this STYXY_HOME, and none could be started. Only the command line and the client report this.',
  },
  ALREADY_RUNNING: {
    title: 'Already running',
    status: 409,
    exit: 1,
    retriable: false,
    hint: '`styxy daemon status` shows the one that runs.',
    explanation: 'Another daemon serves this STYXY_HOME; there is one for each.',
  },
  HOME_UNSAFE: {
    title: 'Unsafe home',
    status: 500,
    exit: 1,
    retriable: false,
    hint: 'Correct the owner and mode of the file that the message names.',
    explanation:
      'The token, the store or STYXY_HOME itself is a symbolic link, belongs to somebody else, or can be read by others, so the daemon refuses to start.',
  },
  HOME_UNUSABLE: {
    title: 'Unusable home',
    status: 500,
    exit: 1,
    retriable: false,
    hint: 'Set STYXY_HOME to a directory of yours on a local disk.',
    explanation: 'STYXY_HOME cannot be created or written, is not a directory, or is no absolute path.',
  },
  STORE_NEWER: {
    title: 'Store from a newer Styxy',
    status: 503,
    exit: 1,
    retriable: false,
    hint: 'Install the newer version again: `npm install -g styxy@latest`.',
    explanation:
      'The store was written by a newer version with a schema that this one does not know. Nothing was touched.',
  },
} as const satisfies Record<string, ErrorKind>;
