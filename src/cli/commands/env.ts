// Owns `styxy env`: the ports of this project as variables, for a shell or in a .env file.

import { isatty } from 'node:tty';
import type { AllocationsAnswer } from '../../api/schemas.ts';
import { expectOk } from '../../client/client.ts';
import { resolvesLocalNames } from '../../client/local-names.ts';
import { projectSlug } from '../../project/slug.ts';
import { portVariables } from '../../run/environment.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { ENV_SHELLS, type EnvShell, envShell, shellLines, usualShell } from '../env/shell-lines.ts';
import { projectAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const STDOUT = 1;

export const envCommand: Command = {
  name: 'env',
  summary: "Print this project's ports as variables, or write them to a .env file",
  details: [
    'For every lease of the project `STYXY_PORT_<NAME>` and `STYXY_URL_<NAME>`, and `STYXY_SLUG`: a name for databases and the like that no other checkout of this machine has, of small letters, digits and underscores. A service that has no lease yet has no variable.',
    `Without --shell they are spelled for your login shell; there are ${ENV_SHELLS.join(', ')}, and bash, zsh, pwsh and the like stand for theirs.`,
    'With --dotenv they are written to a file, between two marks: styxy changes what stands between these and nothing else. `styxy run` gives its command the same variables. A file that git tracks is refused, since everybody would have the ports of one checkout.',
  ],
  usage: ['env [--dotenv FILE] [--shell sh|fish|powershell]'],
  options: {
    dotenv: { kind: 'value', value: 'FILE', description: 'Write them to this file' },
    shell: { kind: 'value', value: 'SHELL', description: 'Spell them for this shell' },
    project: { kind: 'value', value: 'DIR', description: 'Those of this project' },
  },
  examples: [
    { line: 'eval "$(styxy env --shell sh)"', description: 'In bash, zsh and other POSIX shells' },
    { line: 'styxy env --shell fish | source', description: 'In fish' },
    {
      line: 'styxy env --shell powershell | Out-String | Invoke-Expression',
      description: 'In PowerShell',
    },
    { line: 'styxy env --dotenv .env.local', description: 'For tools that read .env files' },
  ],
  async run(invocation) {
    const file = invocation.text('dotenv');
    const shell = shellOf(invocation);
    if (file !== null && invocation.text('shell') !== null)
      throw new UsageError('--dotenv and --shell do not go together');
    const project = projectAt(invocation.text('project'));
    const client = await reach(invocation);
    const path = `/allocations${query({ project_path: project.path })}`;
    const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
    client.close();
    const variables = {
      STYXY_SLUG: projectSlug(project.path),
      ...portVariables(allocations, await resolvesLocalNames()),
    };
    const document = { project_path: project.path, variables };
    if (file !== null) {
      const { writeDotenv } = await import('../env/dotenv-file.ts');
      const written = await writeDotenv(file, variables);
      const { path: at, isChanged, isIgnored } = written;
      if (invocation.isJson) {
        printJson({ ...document, file: { path: at, changed: isChanged, ignored_by_git: isIgnored } });
        return 0;
      }
      const count = Object.keys(variables).length;
      const number = count === 1 ? '1 variable' : `${count} variables`;
      print(visible(isChanged ? `${at}: ${number} written.` : `${at} has these ${number} already.`));
      if (isIgnored === false) say('Git does not ignore it: add it to .gitignore before you commit.');
      return 0;
    }
    if (invocation.isJson) printJson(document);
    else {
      for (const line of shellLines(shell, variables)) print(line);
      if (isatty(STDOUT))
        say('Set in this shell by `eval "$(styxy env)"`; `styxy env --help` has other shells.');
    }
    return 0;
  },
};

function shellOf({ text, env }: Invocation): EnvShell {
  const named = text('shell');
  if (named === null) return usualShell(env, process.platform);
  const shell = envShell(named);
  if (shell !== null) return shell;
  throw new UsageError(`SHELL is one of ${ENV_SHELLS.join(', ')}, not ${JSON.stringify(named)}`);
}
