// Owns what a service is as styxy.json has it, and what it means where nothing is said.

/** A service as the file has it: the keys and kinds of `PROJECT_SCHEMA`. */
export interface ServiceEntry {
  readonly command: string;
  readonly type?: string;
  readonly preferred_port?: number;
  readonly listens?: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly depends_on: readonly string[];
  readonly ready: {
    readonly http?: string;
    readonly output?: string;
    readonly completed: boolean;
    readonly timeout_seconds: number;
  };
  readonly restart: 'no' | 'on-failure';
}

/** A step that completes opens no port unless it says so. */
export function listens({ listens: said, ready }: Pick<ServiceEntry, 'listens' | 'ready'>): boolean {
  return said ?? !ready.completed;
}
