// Owns `styxy compose`: the override that publishes a project's ports on leased ones, for those who run Compose themselves.

import type { AllocationsAnswer } from '../../api/schemas.ts';
import { expectOk } from '../../client/client.ts';
import { resolvesLocalNames } from '../../client/local-names.ts';
import { StyxyError } from '../../errors.ts';
import type { Project } from '../../project/project.ts';
import type { ComposeScene } from '../../run/compose-scene.ts';
import { type Command, UsageError } from '../command.ts';
import { projectAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, printRaw, say } from '../write.ts';

const USUAL = ['docker', 'compose', 'up'];

export const composeCommand: Command = {
  name: 'compose',
  summary: 'Print or write the override that moves the ports of a compose file to leased ones',
  details: [
    'Every port that the project publishes gets a lease, by the name of its service, and the override lists them moved (docs/compose.md). `styxy run -- docker compose up` does the same by itself, and keeps the leases while it runs; this is for those who run Compose in another way.',
    'With -o the override is written to a file that Styxy wrote before, or that is new, and the command to type is printed. The same checkout gets the same ports again. Nobody holds these leases: they last an hour, and as long as something listens.',
    'A command line of Compose behind `--` says which files, profiles and services are meant; without one it is `docker compose up`.',
  ],
  usage: ['compose [--print | -o FILE] [-- docker compose …]'],
  options: {
    print: { kind: 'flag', description: 'Print the override, as without -o' },
    output: { kind: 'value', short: 'o', value: 'FILE', description: 'Write the override to this file' },
  },
  examples: [
    { line: 'styxy compose', description: 'The override of the compose file here' },
    { line: 'styxy compose -o styxy.compose.yaml', description: 'Into a file, and how to use it' },
    {
      line: 'styxy compose -- docker compose -f dev.yaml --profile full up',
      description: 'Of other files',
    },
  ],
  takesCommandLine: true,
  async run(invocation) {
    const file = invocation.text('output');
    if (file !== null && invocation.has('print')) throw new UsageError('--print and -o do not go together');
    const project = projectAt(null);
    const words = invocation.rest.length === 0 ? USUAL : invocation.rest;
    const { readComposeRun, sceneOf } = await import('../../run/compose-scene.ts');
    // Without a subcommand it is the project alone that the words name.
    const run =
      (await readComposeRun(words, project.directory)) ??
      (await readComposeRun([...words, 'up'], project.directory));
    if (run === null || run.insertAt === null)
      throw new UsageError(
        `${words.join(' ')} is no command of Compose`,
        'For example: `styxy compose -- docker compose -f dev.yaml up`',
      );
    // Before anything is leased for it.
    const place = file === null ? null : await placeOf(file);
    const client = await reach(invocation);
    const path = `/allocations${query({ project_path: project.path })}`;
    const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
    const scene = sceneOf(
      run,
      run.texts,
      { ...invocation, project },
      allocations,
      await resolvesLocalNames(),
    );
    const said: string[] = [];
    const { leaseProject } = await import('../../run/compose-moving.ts');
    const leased = await leaseProject(scene, client, (sentence) => said.push(sentence));
    client.close();
    if (leased === null) throw nothingMoved(project, said);
    if (place !== null) await write(place, leased.text);
    if (invocation.isJson) {
      printJson({
        project_path: scene.project.path,
        project_name: scene.files.projectName ?? scene.name,
        files: scene.files.paths,
        override: leased.text,
        file: place,
        notes: said,
        allocations: leased.leased.map(({ lease }) => lease),
      });
      return 0;
    }
    const messages = await import('../../run/compose-messages.ts');
    for (const sentence of [...said, ...leased.leased.map(messages.leased)]) say(visible(sentence));
    if (place === null) printRaw(leased.text);
    else print(visible(await commandLine(scene, place)));
    return 0;
  },
};

function nothingMoved({ directory }: Project, said: readonly string[]): StyxyError {
  return new StyxyError('INVALID_REQUEST', said.join('; '), {
    hint: `Go to the directory of the compose file, or name it: \`styxy compose -- docker compose -f FILE up\`. This is ${directory}.`,
  });
}

/** Where the override is to be written: a new file, or one that has an override of ours. */
async function placeOf(file: string): Promise<string> {
  const { existsSync, readFileSync } = await import('node:fs');
  const { resolve } = await import('node:path');
  const { OVERRIDE_MARK } = await import('../../compose/override.ts');
  const path = resolve(file);
  try {
    if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(`#${OVERRIDE_MARK}`)) throw notOurs(path);
    return path;
  } catch (cause) {
    throw cause instanceof StyxyError ? cause : unwritable(path, cause);
  }
}

async function write(path: string, text: string): Promise<void> {
  const { replaceFile } = await import('../../home/replace-file.ts');
  try {
    replaceFile(path, text);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): StyxyError {
  return new StyxyError('INVALID_REQUEST', `${path} cannot be written`, {
    hint: 'Name a file in a directory that exists and is yours.',
    cause,
  });
}

function notOurs(path: string): StyxyError {
  return new StyxyError('FILE_NOT_OURS', `${path} is there already, and Styxy did not write it`, {
    hint: 'Name another file: `styxy compose -o styxy.compose.yaml`',
    fields: { path },
  });
}

/** What to type for a command with the override, in a POSIX shell. */
async function commandLine(scene: ComposeScene, path: string): Promise<string> {
  const { toldProject } = await import('../../run/compose-words.ts');
  const { run, files, words, env, name } = scene;
  const told = toldProject(run, files, words, env, name, path).words.map(quoted).join(' ');
  return name === null ? told : `COMPOSE_PROJECT_NAME=${quoted(name)} ${told}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
