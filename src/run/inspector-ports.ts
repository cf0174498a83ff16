// Owns the ports that a command opens for its debugger, as its own words and NODE_OPTIONS name them.

const INSPECT = /--inspect(?:-brk|-wait|-port)?=(?:[^\s:=]*:)?(\d+)/g;

/** The ports behind `--inspect=` and the like: none of them is a server's. */
export function inspectorPorts(words: readonly string[], env: NodeJS.ProcessEnv): ReadonlySet<number> {
  const text = [...words, env.NODE_OPTIONS ?? ''].join('\n');
  return new Set([...text.matchAll(INSPECT)].map(([, port]) => Number(port)));
}
