// Owns `styxy run`: a command on a leased port.

import { problem } from '../../errors.ts';
import { resolveOwnHome } from '../../home.ts';
import { runLeased } from '../../run/run-command.ts';
import type { RunOptions } from '../../run/run-options.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { projectAt } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;
/** With `--json` standard output has the one document; what the command prints goes to standard error. */
const OUTPUT_TO_STDERR = ['inherit', 2, 2] as const;

export const runCommand: Command = {
  name: 'run',
  summary: 'Start a command on a leased port',
  details: [
    'A tool that is known (docs/reference/tools.md) gets a port of its own type, and is told in its own way: by a variable, or by words at the end of the command, also through package scripts and runners such as npx. A {port} in the command means that it is told already. A command that is not understood keeps its words.',
    'What starts several servers (turbo, nx run-many, concurrently) gets the variables of the project, but no PORT, and a lease only with -s, -n, -p, --lock or {port}. Nothing is leased either for a script that calls `styxy run` itself.',
    'Compose (`docker compose up`, also with -d, and podman compose) gets a lease for every port that its file publishes, and an override that publishes them there; COMPOSE_PROJECT_NAME is set for all of its commands, so that no other checkout has the same containers. The leases of `up -d` last as long as the containers publish (docs/compose.md).',
    'The command gets PORT, STYXY_LOCK_ID, STYXY_RUN_ID (its mark, by which what it leaves behind is found), for every lease of the project STYXY_PORT_<NAME> and STYXY_URL_<NAME>, STYXY_SLUG (a name for databases that no other checkout has), and the port in place of every {port} in its words. The rest of its environment is its own.',
    'The lease is held while the command lives. Signals are passed on; when the command ends, every process that it left behind is ended too (SIGTERM, and after 3 seconds SIGKILL; a command that ignores SIGTERM itself is killed after 5), and the port is free again.',
    'A port that a stranger takes before the command listens on it is exchanged once: the command is ended and started again on another port, unless --exact was given or it ran for a minute already. A command that listens elsewhere than on its own port is told so.',
    'A copy that runs already is never joined: the new one says where it runs, and gets a port of its own. Of a singleton that runs, nothing is started: its URL is printed, and the status is 0.',
    'Without a daemon the command runs unchanged, after one warning; {port} stays as it is then, unless -p names a port. With --json the lease is printed when it is first granted, and what the command prints goes to standard error; without a daemon its `lock_id`, `port` and `url` are null, and `warning` is the problem document.',
  ],
  usage: ['run [-s TYPE] [-n NAME] [-p PORT] [--exact] [--require] [--lock ID] -- COMMAND …'],
  options: {
    service: {
      kind: 'value',
      short: 's',
      value: 'TYPE',
      description: "The service type; the tool's own unless given, dev for a tool that is not known",
    },
    name: { kind: 'value', short: 'n', value: 'NAME', description: "The service's name in its project" },
    port: { kind: 'value', short: 'p', value: 'PORT', description: 'The port to try first' },
    exact: { kind: 'flag', description: 'That port, or do not start' },
    require: { kind: 'flag', description: 'Do not start without a daemon: exit status 3' },
    lock: {
      kind: 'value',
      value: 'ID',
      description: 'Use the lease with this id; -p then counts only without a daemon',
    },
  },
  examples: [
    { line: 'styxy run -- npm run dev', description: 'Whatever the script starts' },
    { line: 'styxy run -- ./serve --listen :{port}', description: 'A server that is not known' },
    {
      line: 'styxy run -- docker compose up -d',
      description: 'The services of compose.yaml, on ports of this checkout',
    },
    { line: 'styxy run -s api -p 8000 -- ./serve', description: 'Another type, and a wish' },
  ],
  exits: {
    0: 'a singleton runs already, or the command exited with 0',
    126: 'the command is not executable',
    127: 'the command was not found',
    128: '128 + N: signal N ended the command; any other status is its own',
  },
  takesCommandLine: true,
  async run(invocation) {
    const options = readOptions(invocation);
    const { env, isJson } = invocation;
    let isPrinted = false;
    return await runLeased(options, {
      home: resolveOwnHome(env),
      env,
      project: () => projectAt(null),
      stdio: isJson ? [...OUTPUT_TO_STDERR] : 'inherit',
      say: (message) => say(`styxy: ${visible(message)}`),
      onLease: (lease, isRunningElsewhere) => {
        // A port that was lost is exchanged once; the document is one all the same.
        if (isJson && !isPrinted) printJson(lease);
        else if (!isJson && isRunningElsewhere) print(lease.url ?? String(lease.port));
        isPrinted = true;
      },
      onLeaseless: (answer) => {
        if (isJson) printJson(answer);
      },
      onNoDaemon: (why) => {
        // No failure: the command runs. What is wrong stands in it all the same.
        const warning = problem(why.code, why.message, why.hint, why.fields);
        if (isJson) printJson({ lock_id: null, port: null, ports: [], url: null, warning });
      },
    });
  },
};

function readOptions(invocation: Invocation): RunOptions {
  const rest = commandOf(invocation.rest);
  const options: RunOptions = {
    words: rest,
    serviceType: invocation.text('service'),
    serviceName: invocation.text('name'),
    preferredPort: invocation.integer('port', LOWEST_PORT, HIGHEST_PORT),
    exact: invocation.has('exact'),
    requireDaemon: invocation.has('require'),
    lockId: invocation.text('lock'),
  };
  if (rest.length === 0 || rest[0] === '') {
    throw new UsageError('there is no command to run', 'For example: `styxy run -- npm run dev`');
  }
  if (options.exact && options.preferredPort === null) {
    throw new UsageError('--exact wants a port: --exact -p PORT');
  }
  if (options.lockId !== null && hasWish(options)) {
    throw new UsageError('--lock names the whole lease: -s, -n and --exact do not go with it');
  }
  return options;
}

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** `NAME=value` before the command is for its environment, as in a shell. */
function commandOf(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  if (first === 0 || words.length === 0) return words;
  const named = first < 0 ? words : words.slice(0, first);
  if (first < 0) throw new UsageError(`there is no command behind ${named.join(' ')}`);
  if (process.platform === 'win32') {
    throw new UsageError(
      `${named.join(' ')} is no command`,
      'Set the variable before, or put `npx cross-env` in front of the command.',
    );
  }
  return ['env', ...words];
}

/** A port may be named beside `--lock`: without a daemon it is the one that the command gets. */
function hasWish({ serviceType, serviceName, exact }: RunOptions): boolean {
  return serviceType !== null || serviceName !== null || exact;
}
