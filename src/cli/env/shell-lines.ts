// Owns how each shell is told variables: one line for each, which the shell reads as data whatever is in it. Pure.

import { basename } from 'node:path';

export const ENV_SHELLS = ['sh', 'fish', 'powershell', 'cmd', 'csh', 'nu'] as const;
export type EnvShell = (typeof ENV_SHELLS)[number];

/** Shells that speak another's language. */
const SPOKEN_AS: Readonly<Record<string, EnvShell>> = {
  bash: 'sh',
  zsh: 'sh',
  dash: 'sh',
  ksh: 'sh',
  ash: 'sh',
  pwsh: 'powershell',
  tcsh: 'csh',
  nushell: 'nu',
};

const SPELLINGS: Readonly<Record<EnvShell, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll(/[\\']/g, '\\$&')}'`,
  // PowerShell takes the typographic quotes for quotes, too.
  powershell: (name, value) => `$env:${name} = '${value.replaceAll(/['‘’‚‛]/g, '$&$&')}'`,
  cmd: (name, value) => `set "${name}=${value.replaceAll('%', '%%')}"`,
  // History is expanded within quotes as well.
  csh: (name, value) => `setenv ${name} '${value.replaceAll("'", "'\\''").replaceAll('!', '\\!')}'`,
  nu: (name, value) => `$env.${name} = ${JSON.stringify(value)}`,
};

/** The lines that set `variables`, in the order of their names. */
export function shellLines(shell: EnvShell, variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => SPELLINGS[shell](name, value));
}

/** @returns null for a shell that is not known */
export function envShell(name: string): EnvShell | null {
  return ENV_SHELLS.find((each) => each === name) ?? SPOKEN_AS[name] ?? null;
}

/** The shell that somebody most likely types in: the login shell where it is known. */
export function usualShell(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): EnvShell {
  const login = env.SHELL ?? '';
  if (login === '') return platform === 'win32' ? 'powershell' : 'sh';
  return envShell(basename(login).replace(/\.exe$/i, '')) ?? 'sh';
}
