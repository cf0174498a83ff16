// Owns the shapes of the library: what programs that import Styxy rely on. They only gain additions.

export type Protocol = 'tcp' | 'udp';

export interface ConnectOptions {
  /** The directory that everything lives in; `STYXY_HOME`, else `~/.styxy`, unless given. */
  readonly home?: string;
  /** A directory of the project that asks: its git worktree counts. The working directory unless given. */
  readonly project?: string;
  /** The instance that holds the leases; `STYXY_INSTANCE` unless given. */
  readonly instance?: string;
  /**
   * Whether a daemon may be started where none runs; true unless `STYXY_AUTOSTART=0`, and false outside of Node, whose
   * program the daemon needs.
   */
  readonly autostart?: boolean;
  /** How long one request may take, in ms; 10,000 unless given. */
  readonly timeoutMs?: number;
  /** Takes a sentence for people, such as that a daemon that hung was replaced. Nothing is printed without it. */
  readonly onNotice?: (sentence: string) => void;
}

export interface PortRequest {
  /** The service type, a named range of ports: `dev`, `api`, `database`, … */
  readonly serviceType: string;
  /** What runs there; from the nearest package.json, the path or the type unless given. */
  readonly serviceName?: string;
  /** The port to try first, 1024 to 65535. */
  readonly preferredPort?: number;
  /** `preferredPort` or a refusal. */
  readonly exact?: boolean;
  /** `tcp` unless given. */
  readonly protocol?: Protocol;
  /** How many consecutive ports, 1 to 32; 1 unless given. */
  readonly count?: number;
  /** The term in seconds after which a lease that nobody keeps ends, at most 30 days; one hour unless configured. */
  readonly ttlSeconds?: number;
}

/** A lease: the right to a port on this machine, or to a block of ports. */
export interface PortLease extends AsyncDisposable {
  /** Its name for everybody else: `styxy release LOCK_ID`. */
  readonly lockId: string;
  /** Of a block, the first. */
  readonly port: number;
  /** All of them, ascending. */
  readonly ports: readonly number[];
  readonly protocol: Protocol;
  readonly serviceType: string;
  readonly serviceName: string | null;
  readonly projectPath: string | null;
  /** Where a browser finds it; null for UDP and for types that do not speak HTTP. */
  readonly url: string | null;
  /** Rises with every grant on this machine. */
  readonly fence: number;
  /** Whether it was there before, under the same key: project, type, name and protocol. */
  readonly isExisting: boolean;
  /** Whether this process holds it. False where another one does: its server may be running on the port. */
  readonly isOwn: boolean;
  /** What was done, in a sentence for people. */
  readonly message: string;
  /** Aborted when the lease is gone, by a forced release for instance; the reason is a `StyxyError`. */
  readonly lost: AbortSignal;
  /**
   * Begins the term anew. That is done in the background, too.
   *
   * @param ttlSeconds another term in seconds
   * @throws StyxyError LEASE_NOT_FOUND when it is gone, STALE_FENCE, DAEMON_UNREACHABLE
   */
  renew(ttlSeconds?: number): Promise<void>;
  /**
   * Holds the lease by a connection, through restarts of the daemon: when this process ends, however it ends, and nobody
   * listens on the port, the lease ends at once. The connection keeps the process running until it is closed.
   *
   * @returns resolves once the daemon holds the lease for it
   * @throws StyxyError LEASE_NOT_FOUND, DAEMON_UNREACHABLE
   */
  hold(): Promise<PortHold>;
  /**
   * Gives the port back; a second time nothing happens.
   *
   * @throws StyxyError STALE_FENCE, LEASE_IN_USE, DAEMON_UNREACHABLE
   */
  release(): Promise<void>;
  /** Releases a lease that is this process's own; another's is only not kept any more. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PortHold extends Disposable {
  /** Lets go of the lease: it lives on by its other holders, its listener or its term. */
  close(): void;
}

/** A daemon that was found, for one project. */
export interface Styxy extends AsyncDisposable {
  /** The root of the project that asks, as a real path. */
  readonly projectPath: string;
  /**
   * Gets a port: the lease of the same project, type, name and protocol where there is one, else a new one. It belongs to this
   * process and is renewed in the background until it is released or the process ends.
   *
   * @param request what for; a service type alone is enough
   * @throws StyxyError RANGE_EXHAUSTED, PORT_UNAVAILABLE, QUOTA_EXCEEDED, UNKNOWN_SERVICE_TYPE, INVALID_REQUEST and what else the
   *   daemon refuses with; DAEMON_UNREACHABLE
   */
  allocate(request: PortRequest | string): Promise<PortLease>;
  /**
   * Gets a port that is this call's alone. Unlike `allocate` it never joins a lease with a listener or another living holder, so
   * that calls side by side, in one process too, each get a port of their own.
   *
   * @throws StyxyError as `allocate` does, and SINGLETON_HELD where the one copy of the machine runs already
   */
  claim(request: PortRequest | string): Promise<PortLease>;
  /**
   * Runs `use` with a port that `claim` got, and releases it afterwards.
   *
   * @returns what `use` returns
   * @throws StyxyError as `claim` does; what `use` throws
   */
  withPort<T>(request: PortRequest | string, use: (lease: PortLease) => T | Promise<T>): Promise<T>;
  /**
   * Ends what is done in the background: renewals and holds. Leases are not released; they end with this process, unless somebody
   * listens.
   */
  close(): Promise<void>;
}
