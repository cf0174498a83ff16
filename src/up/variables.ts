// Owns the variables in the values of a service's environment: `${NAME}`, and nothing else of a shell. Pure.

const VARIABLE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The names that a value refers to. */
export function namesIn(value: string): string[] {
  return [...value.matchAll(VARIABLE)].flatMap(([, mark, name = '']) => (mark === '' ? [name] : []));
}

/**
 * An environment with a service's own variables in it. Each sees the environment as it was before; one that there is not
 * is empty, and `$${NAME}` stays as `${NAME}`.
 *
 * @param onMissing takes each variable that there is not, and the one whose value names it
 */
export function withVariables(
  env: NodeJS.ProcessEnv,
  own: Readonly<Record<string, string>>,
  onMissing: (missing: string, name: string) => void = () => {},
): NodeJS.ProcessEnv {
  const filled = Object.entries(own).map(([name, value]) => [
    name,
    value.replace(VARIABLE, (text, mark: string, used: string) => {
      if (mark !== '') return text.slice(1);
      const found = env[used];
      if (found === undefined) onMissing(used, name);
      return found ?? '';
    }),
  ]);
  return { ...env, ...Object.fromEntries(filled) };
}
