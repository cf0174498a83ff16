// Owns what starts another command and stands in front of it: runners of packages, of environments, of interpreters.

import { list } from './options.ts';

export interface Launcher {
  /** Program and subcommands. */
  readonly starts: readonly string[];
  /** Options that take the next word. */
  readonly values?: readonly string[];
  readonly flags?: readonly string[];
  /** Options whose value is the directory that the command runs in. */
  readonly directory?: readonly string[];
  /** Options whose value is a shell's text, instead of a command in words. */
  readonly text?: readonly string[];
  /** The command stands behind `--`, and nowhere else. */
  readonly needsDashes?: boolean;
  /** `NAME=value` may stand before the command. */
  readonly takesAssignments?: boolean;
  /** The command is a package, perhaps with a version: `vite@latest`. */
  readonly isPackage?: boolean;
  /** The command does not inherit the environment. */
  readonly clearsEnvironment?: boolean;
  /** So many words stand between the options and the command. */
  readonly skips?: number;
}

/** Options of Node, and of what stands in for it, that take the next word. */
export const NODE_VALUES = list(
  '-r --require --import --loader --experimental-loader -C --conditions --env-file --tsconfig',
);

export const LAUNCHERS: readonly Launcher[] = [
  {
    starts: ['npx'],
    values: ['-p', '--package', '-w', '--workspace', '--cache', '--registry', '--loglevel'],
    flags: list('-y --yes --no --no-install -q --quiet --prefer-offline --prefer-online --offline'),
    text: ['-c', '--call'],
    isPackage: true,
  },
  {
    starts: ['bunx', 'bun x'],
    values: ['-p', '--package'],
    flags: ['--bun', '--no-install', '--verbose', '--silent'],
    isPackage: true,
  },
  {
    starts: ['pnpx', 'pnpm dlx'],
    values: ['--package', '--allow-build', '--reporter'],
    flags: ['-s', '--silent'],
    isPackage: true,
  },
  { starts: ['yarn dlx'], values: ['-p', '--package'], flags: ['-q', '--quiet'], isPackage: true },
  {
    starts: ['uv run'],
    values: list(`
      -p --python --with --with-editable --with-requirements --extra --group --env-file --package
      --project --index-url
    `),
    flags: list(`
      --frozen --locked --no-sync --isolated --active --offline -q --quiet -v --verbose --all-extras
      --all-groups --no-dev --dev --no-project --no-env-file
    `),
    directory: ['--directory'],
  },
  {
    starts: ['uvx', 'uv tool run'],
    values: ['-p', '--python', '--with', '--from'],
    flags: ['-q', '--quiet', '--isolated', '--offline'],
    isPackage: true,
  },
  {
    starts: ['poetry run', 'pdm run', 'rye run'],
    directory: ['-C', '--directory'],
    flags: ['-q', '--quiet', '-n'],
  },
  { starts: ['pipenv run', 'bundle exec', 'bundler exec'] },
  {
    starts: ['mise exec', 'mise x', 'direnv exec .', 'doppler run', 'infisical run', 'op run'],
    needsDashes: true,
  },
  {
    starts: ['dotenvx run'],
    values: ['-f', '--env-file', '-fk', '--env-keys-file', '--convention'],
    flags: ['-q', '--quiet', '--overload'],
  },
  { starts: ['dotenv'], values: ['-e', '-c', '-v'], flags: ['-o'] },
  {
    starts: ['env-cmd'],
    values: ['-f', '--file', '-e', '--environments', '-r', '--rc-file'],
    flags: ['--silent', '--no-override'],
  },
  { starts: ['cross-env', 'cross-env-shell'], takesAssignments: true },
  { starts: ['env'], values: ['-u', '--unset'], directory: ['-C', '--chdir'], takesAssignments: true },
  { starts: ['exec', 'nohup', 'time', 'command', 'builtin', 'busybox', 'setsid', 'winpty'] },
  { starts: ['nice'], values: ['-n', '--adjustment'] },
  {
    starts: ['sudo', 'doas'],
    values: ['-u', '--user', '-g', '--group'],
    flags: ['-n', '-H', '-E', '--preserve-env'],
    clearsEnvironment: true,
  },
  { starts: ['runuser'], values: ['-u', '--user', '-g', '--group'], flags: ['-m', '-p'] },
  {
    starts: ['setpriv'],
    values: ['--reuid', '--regid', '--groups'],
    flags: ['--clear-groups', '--keep-groups', '--init-groups', '--no-new-privs'],
  },
  {
    starts: ['timeout'],
    values: ['-s', '--signal', '-k', '--kill-after'],
    flags: ['--foreground', '--preserve-status', '-v'],
    skips: 1,
  },
  {
    starts: ['stdbuf'],
    values: list('-i --input -o --output -e --error'),
    flags: list('-i0 -iL -o0 -oL -e0 -eL'),
  },
  { starts: ['unbuffer'], flags: ['-p'] },
  { starts: ['caffeinate'], values: ['-t', '-w'], flags: list('-d -i -m -s -u') },
  { starts: ['corepack'] },
  {
    starts: ['sh', 'bash', 'zsh', 'dash'],
    values: ['-o', '-eo', '-euo'],
    flags: list('-e -u -x -l -i --login --norc --noprofile'),
    text: list('-c -lc -ec -xc -ic -lic -euc'),
  },
];
