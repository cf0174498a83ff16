// Owns what a command line may end, as it says so itself, before anything of the machine is known.

export type KillTarget =
  /** One process. */
  | { readonly kind: 'pid'; readonly pid: number }
  /** A process group, as `kill -- -PID`. */
  | { readonly kind: 'group'; readonly pid: number }
  /** The processes that a process has started, as `pkill -P`. */
  | { readonly kind: 'children'; readonly pid: number }
  /** Those that are related to others: their groups, their parents, what they have started. */
  | {
      readonly kind: 'related';
      readonly how: 'group' | 'parent' | 'children';
      readonly to: KillTarget;
    }
  /** Containers by name or id, or all of them. */
  | { readonly kind: 'container'; readonly name: TextPattern | null }
  /** Whoever listens on one of these ports, both ends included. */
  | {
      readonly kind: 'ports';
      readonly first: number;
      readonly last: number;
      readonly protocol: 'tcp' | 'udp' | null;
    }
  /** Programs by their name, or by their whole command line. */
  | {
      readonly kind: 'pattern';
      readonly looksAt: 'name' | 'command-line';
      /** Every one of these must be found in it. */
      readonly all: readonly TextPattern[];
      /** None of these may be. */
      readonly none: readonly TextPattern[];
    }
  /** Everything that the user may end, as `kill -9 -1`. */
  | { readonly kind: 'everything' };

/** An expression of POSIX (extended), or a text that must be the whole. Matched in linear time. */
export interface TextPattern {
  readonly kind: 'expression' | 'fixed' | 'exact';
  readonly text: string;
  readonly ignoresCase: boolean;
}
