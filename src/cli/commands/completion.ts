// Owns `styxy completion`: the script by which a shell completes commands, options and live values.

import type { Command } from '../command.ts';
import { UsageError } from '../command.ts';
import { completionScript, isShell, SHELLS } from '../completion/scripts.ts';
import { print, printJson } from '../write.ts';

export const completionCommand: Command = {
  name: 'completion',
  summary: 'Print the script with which a shell completes lines',
  details: [
    'It completes commands and options, and what only this machine knows: service types, lease ids, ports, names, instances and projects. It asks this program at each key, so that it is never out of date. `styxy setup` puts it where the shell finds it.',
  ],
  usage: [`completion ${SHELLS.join('|')}`],
  arguments: [{ name: 'SHELL', description: SHELLS.join(', ') }],
  examples: [
    { line: 'eval "$(styxy completion bash)"', description: 'bash, for this session' },
    { line: 'source <(styxy completion zsh)', description: 'zsh, for this session' },
    { line: 'styxy completion fish | source', description: 'fish, for this session' },
    {
      line: 'styxy completion powershell | Out-String | Invoke-Expression',
      description: 'PowerShell, in $PROFILE',
    },
  ],
  async run({ words: [shell = ''], isJson }) {
    if (!isShell(shell))
      throw new UsageError(`SHELL is one of ${SHELLS.join(', ')}, not ${JSON.stringify(shell)}`);
    const script = completionScript(shell);
    if (isJson) printJson({ shell, script });
    else print(script.trimEnd());
    return 0;
  },
};
