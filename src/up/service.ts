// Owns what a service of a project is, once its file has been read and found right.

/** When a service counts as ready. */
export type ReadyCheck =
  /** Its own program listens on its port. */
  | { readonly kind: 'port' }
  /** A GET of this path brings anything but a server error. */
  | { readonly kind: 'http'; readonly path: string }
  /** A line that it prints has this text. */
  | { readonly kind: 'output'; readonly text: string }
  /** It has ended with status 0. */
  | { readonly kind: 'completed' }
  /** Its process is there. */
  | { readonly kind: 'started' };

export interface Service {
  readonly name: string;
  /** As a package script has it. */
  readonly command: string;
  /** Null for the tool's own type. */
  readonly type: string | null;
  readonly preferredPort: number | null;
  /** Whether it opens a port, and gets a lease for it. */
  readonly listens: boolean;
  /** Where it starts, as an absolute path. */
  readonly directory: string;
  /** Its own variables, with `${NAME}` in them as it is written. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of other services of the same file, without a cycle. */
  readonly dependsOn: readonly string[];
  readonly ready: ReadyCheck;
  readonly readyTimeoutMs: number;
  readonly restartsOnFailure: boolean;
}
