// Owns `styxy up`: the services that styxy.json names, run together.

import { resolvesLocalNames } from '../../client/local-names.ts';
import { resolveOwnHome } from '../../home.ts';
import { loadProcesses } from '../../run/members.ts';
import { listenForDown } from '../../up/control.ts';
import { type NamedProject, readProject, requireProjectFile } from '../../up/load-project.ts';
import { takePresence } from '../../up/presence.ts';
import type { ServiceView } from '../../up/service-life.ts';
import { startOrder } from '../../up/start-order.ts';
import { startTogether } from '../../up/together.ts';
import { UP_VARIABLE, upPaths } from '../../up/up-record.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { mistakeLine } from '../config-context.ts';
import { projectAt } from '../reach.ts';
import { hasColours } from '../terminal.ts';
import { initProject } from '../up/init.ts';
import { namedProject, namedServices } from '../up/named-project.ts';
import { openScreen, placeOf, settledLines } from '../up/screen.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'Run the services that styxy.json names, together',
  details: [
    'Each service gets its lease as under `styxy run`, all of them before the first starts, so that each has the ports and URLs of the others in its environment. A service starts once those are ready that it depends on; with SERVICE, only these start, and what they depend on.',
    'What they print is shown behind their names. Ctrl-C ends all of them with everything that they started: they are asked first (SIGINT), after 10 seconds told (SIGTERM), and 5 seconds later killed; a second ctrl-C tells at once, a third kills. `styxy down` does the same from elsewhere.',
    'A service that fails takes no other with it, but those that depend on it are not started. With `"restart": "on-failure"` it is started again, after growing pauses and five times in a row at most.',
    '--init looks at the package.json of the checkout, or of each package of its workspace (npm, pnpm, yarn, Bun), and proposes a service for each `dev` script, else `start`, that starts a server Styxy knows. On a terminal it asks before it writes.',
    'With --json one document is printed once it is known of each service whether it got ready; what the services print goes to standard error.',
  ],
  usage: ['up [SERVICE…]', 'up --check', 'up --init [--write [--force]]'],
  arguments: [
    {
      name: 'SERVICE',
      description: 'a service of styxy.json; all unless given',
      isOptional: true,
      isMany: true,
    },
  ],
  options: {
    check: { kind: 'flag', description: 'Name every mistake in styxy.json, and run nothing' },
    init: { kind: 'flag', description: 'Propose a styxy.json by the package scripts of this checkout' },
    write: { kind: 'flag', description: 'With --init: write it, unless there is one' },
    force: { kind: 'flag', description: 'With --init --write: in the place of the one that there is' },
  },
  examples: [
    { line: 'styxy up', description: 'All services of this checkout' },
    { line: 'styxy up web', description: 'One of them, and what it depends on' },
    { line: 'styxy up --init --write', description: 'Begin with what the packages say' },
  ],
  exits: {
    0: 'all services ended because they were told to, or with status 0',
    1: 'a service was not ready in time, or ended before it was; any other status is that of the first failure',
  },
  async run(invocation) {
    if (invocation.has('init')) return await initProject(invocation);
    for (const option of ['write', 'force'])
      if (invocation.has(option)) throw new UsageError(`--${option} goes with --init`);
    if (invocation.has('check')) return check(invocation);
    const named = namedProject(invocation);
    const wanted = namedServices(invocation.words, named);
    return await up(invocation, named, wanted);
  },
};

async function up(
  { env, isJson }: Invocation,
  named: NamedProject,
  wanted: readonly string[] | null,
): Promise<number> {
  const home = resolveOwnHome(env);
  const project = projectAt(null);
  const order = startOrder(new Map(named.services.map(({ name, dependsOn }) => [name, dependsOn])), wanted);
  const services = order.flatMap((name) => named.services.filter((each) => each.name === name));
  const paths = upPaths(home, named.directory);
  const presence = await takePresence(home, named.directory, paths, await loadProcesses());
  const screen = openScreen(order, env, isJson);
  const tell = (service: string, message: string): void => screen.tell(service, message);
  try {
    const together = await startTogether({
      home,
      // Programs that colour for a terminal alone would not for the pipe that we read.
      env: hasColours(env) ? { FORCE_COLOR: '1', ...env } : env,
      project,
      hasLocalNames: resolvesLocalNames(),
      mark: { name: UP_VARIABLE, value: presence.record.id },
      services,
      say: tell,
      onLine: screen.line,
      onReady: (view) => tell(view.name, view.state === 'ready' ? `is ready: ${placeOf(view)}` : view.state),
      onSettled: (views) => {
        if (isJson)
          printJson({ file: named.path, project_path: project.path, services: views.map(viewJson) });
        else for (const line of settledLines(views)) say(line);
      },
      onStopping: (times) => say(`styxy: ${STOPPING[Math.min(times, STOPPING.length) - 1]}`),
    });
    const server = await listenForDown(paths.socket, async ({ down }) => {
      const names = down === null ? 'all services' : down.join(', ');
      say(visible(`styxy: \`styxy down\` ends ${names}`));
      const ended = await together.end(down);
      const left = together.views().filter(({ state }) => RUNS.includes(state));
      return { ended, left: left.map(({ name }) => name) };
    });
    const status = await together.ended;
    say('styxy: all services have ended');
    // An answer that is under way goes out before the end.
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    return status;
  } finally {
    presence.leave();
  }
}

const RUNS: readonly ServiceView['state'][] = ['waiting', 'starting', 'ready', 'pausing'];
/** What is said at the first, the second and each further request to end. */
const STOPPING = [
  'ending all services; ctrl-C again does not wait for them',
  'telling all services to end (SIGTERM); ctrl-C again kills them',
  'killing all services',
];

function viewJson({ name, state, lease }: ServiceView): Record<string, unknown> {
  return { name, state, lock_id: lease?.lock_id ?? null, port: lease?.port ?? null, url: lease?.url ?? null };
}

function check({ isJson }: Invocation): number {
  const project = projectAt(null);
  const path = requireProjectFile(project);
  const { services, errors } = readProject(path, project.path);
  if (isJson) printJson({ valid: errors.length === 0, path, errors });
  else {
    for (const error of errors) print(mistakeLine(path, error));
    const count = services.length === 1 ? '1 service' : `${services.length} services`;
    if (errors.length === 0) print(visible(`${path} is right: ${count}.`));
  }
  return errors.length === 0 ? 0 : 1;
}
