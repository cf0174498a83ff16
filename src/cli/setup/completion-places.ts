// Owns where each shell finds a completion: a file of its own, and for a shell that looks nowhere, lines in its start file.

import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { PlannedFile } from '../../autostart/plan.ts';
import { seal } from '../../autostart/sealed-text.ts';
import { completionScript, type Shell } from '../completion/scripts.ts';

export interface CompletionPlace {
  readonly shell: Shell;
  readonly file: PlannedFile;
  /** The start file that has to name it; null where the shell looks by itself. */
  readonly startFile: string | null;
}

/** Loads completions of its own accord once it is installed. */
const BASH_COMPLETION = [
  '/usr/share/bash-completion/bash_completion',
  '/opt/homebrew/etc/profile.d/bash_completion.sh',
];

/**
 * The places of the shells that this user has: the login shell, and those that have a start file or a folder here. PowerShell has
 * none that could be written without running it.
 */
export function completionPlaces(env: NodeJS.ProcessEnv, exists = existsSync): readonly CompletionPlace[] {
  const home = env.HOME ?? '';
  if (!isAbsolute(home)) return [];
  const data = absolute(env.XDG_DATA_HOME) ?? join(home, '.local', 'share');
  const config = absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config');
  const zdotdir = absolute(env.ZDOTDIR) ?? home;
  const login = basename(env.SHELL ?? '');
  const places: CompletionPlace[] = [];
  if (login === 'bash' || exists(join(home, '.bashrc'))) {
    const looks = BASH_COMPLETION.some((path) => exists(path));
    const path = looks
      ? join(data, 'bash-completion', 'completions', 'styxy')
      : join(data, 'styxy', 'completion.bash');
    places.push({
      shell: 'bash',
      file: planned(path, 'bash'),
      startFile: looks ? null : join(home, '.bashrc'),
    });
  }
  if (login === 'zsh' || exists(join(zdotdir, '.zshrc'))) {
    const path = join(data, 'styxy', 'completion.zsh');
    places.push({ shell: 'zsh', file: planned(path, 'zsh'), startFile: join(zdotdir, '.zshrc') });
  }
  if (login === 'fish' || exists(join(config, 'fish'))) {
    const path = join(config, 'fish', 'completions', 'styxy.fish');
    places.push({ shell: 'fish', file: planned(path, 'fish'), startFile: null });
  }
  return places;
}

function planned(path: string, shell: Shell): PlannedFile {
  // The first line of zsh's must stay the first.
  return { path, text: seal(completionScript(shell), 'hash'), encoding: 'utf8' };
}

function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
