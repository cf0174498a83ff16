// Owns what starts several servers or none of its own: orchestrators, tunnels, and tools that open many ports at once.

import type { Leaseless } from '../tool.ts';

const EACH = 'Let each package start its own by `styxy run` in its script.';
const EACH_PROCESS = 'Let each process start by `styxy run` on its own line of the Procfile.';

function several(id: string, name: string, commands: readonly string[], advice: string = EACH): Leaseless {
  return { id, name, commands, kind: 'several', advice };
}

function tunnel(id: string, commands: readonly string[]): Leaseless {
  return {
    id,
    name: id,
    commands,
    kind: 'tunnel',
    advice: 'Look up the port that it shall lead to: `styxy list --here`.',
  };
}

export const LEASELESS: readonly Leaseless[] = [
  {
    ...several('turbo', 'Turborepo', ['turbo']),
    except: ['login', 'link', 'unlink', 'logout', 'prune', 'gen', 'telemetry', 'bin', 'ls', 'query', 'info'],
  },
  several('nx-many', 'Nx', ['nx run-many', 'nx affected']),
  several('lerna', 'Lerna', ['lerna run', 'lerna exec']),
  several(
    'concurrently',
    'concurrently',
    ['concurrently', 'conc'],
    'Let each of its commands start by `styxy run`.',
  ),
  several('npm-run-all', 'npm-run-all', ['npm-run-all', 'npm-run-all2', 'run-p']),
  several('wireit', 'wireit', ['wireit']),
  several('moon', 'moon', ['moon run']),
  {
    ...several(
      'compose',
      'Compose',
      [
        ...['docker', 'podman', 'nerdctl'].map((engine) => `${engine} compose up`),
        'docker-compose up',
        'podman-compose up',
      ],
      'Put `styxy run --` right in front of it: each port that its file publishes is moved to a leased one then (docs/compose.md).',
    ),
    rejects: ['-d', '--detach'],
    valueOptions: ['-f', '--file', '-p', '--project-name', '--profile', '--env-file', '--project-directory'],
  },
  several('foreman', 'foreman', ['foreman start', 'nf start'], EACH_PROCESS),
  several('overmind', 'overmind', ['overmind start', 'overmind s'], EACH_PROCESS),
  several('honcho', 'honcho', ['honcho start'], EACH_PROCESS),
  several('hivemind', 'hivemind', ['hivemind'], EACH_PROCESS),
  several('mprocs', 'mprocs', ['mprocs'], 'Let each of its commands start by `styxy run`.'),
  several(
    'process-compose',
    'process-compose',
    ['process-compose'],
    'Let each of its commands start by `styxy run`.',
  ),
  {
    id: 'firebase',
    name: 'Firebase emulators',
    commands: ['firebase emulators:start', 'firebase-tools emulators:start'],
    kind: 'configured',
    advice:
      'It opens a port for each emulator, which stand in firebase.json: lease them one by one (`styxy allocate -s functions`, `-s auth`, `-s database`, `-s ui`, `-s hub`) and write them there.',
  },
  {
    id: 'supabase',
    name: 'Supabase',
    commands: ['supabase start'],
    kind: 'configured',
    advice:
      'Its ports stand in supabase/config.toml: lease them by `styxy allocate -s database --count 6` and write them there.',
  },
  {
    id: 'styxy',
    name: 'styxy run',
    commands: ['styxy run'],
    kind: 'nested',
    advice: 'The command leases its port itself.',
  },
  tunnel('ngrok', ['ngrok http', 'ngrok tcp', 'ngrok start']),
  tunnel('localtunnel', ['lt', 'localtunnel']),
  tunnel('cloudflared', ['cloudflared tunnel']),
];
