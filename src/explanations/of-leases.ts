// Owns the explanations of what the rules about ports, leases and instances refuse.

import type { Explanations } from './explanation.ts';

const HOLDER = {
  port: 3000,
  protocol: 'tcp',
  holder: 'web of /src/shop (pid 4121, lease 7f3a9c51e0b24d8863aa since 2026-03-14 09:26 UTC, active)',
  lock_id: '7f3a9c51e0b24d8863aa',
  service_type: 'dev',
  service_name: 'web',
  project_path: '/src/shop',
  instance_id: null,
  pid: 4121,
  state: 'active',
} as const;

export const OF_LEASES = {
  UNKNOWN_SERVICE_TYPE: {
    what: 'No service type has this name, so it has no range of ports to choose from, and automatic ranges are switched off. Nothing was granted.',
    causes: [
      'The name is misspelt.',
      'The type stands in the configuration of another machine or another STYXY_HOME.',
      'Automatic ranges, which would have made one, are switched off.',
    ],
    remedies: [
      { what: 'Look at the types that there are.', command: 'styxy config show' },
      { what: 'Let unknown types get ranges by themselves.', command: 'styxy config auto-allocation enable' },
      {
        what: 'Or name a range under "service_types" in config.json, and check it.',
        command: 'styxy config validate',
      },
    ],
    example: {
      detail: 'there is no service type "grpc"',
      hint: 'Use one of dev, api, add "grpc" under "service_types" in config.json (`styxy config path`), or run `styxy config auto-allocation enable`.',
      fields: { service_type: 'grpc', known: ['dev', 'api'] },
    },
    related: ['RANGE_EXHAUSTED', 'INVALID_REQUEST'],
  },
  LEASE_NOT_FOUND: {
    what: 'No live lease has this lock id or covers this port. Nothing was changed.',
    causes: [
      'The lease was released, by its holder or by somebody with `--force`.',
      'It ended: its term was over, its holder died, or its listener was gone for long.',
      'The lock id is of another STYXY_HOME, or misspelt.',
    ],
    remedies: [
      { what: 'Look at the live leases.', command: 'styxy list -v' },
      {
        what: 'Allocate again: the same project, type and name get their former port back while it is free.',
        command: 'styxy allocate -s dev',
      },
    ],
    example: {
      detail: 'no live lease has the lock id 7f3a9c51e0b24d8863aa',
      hint: 'Run `styxy list -v` for the live ones.',
      fields: { lock_id: '7f3a9c51e0b24d8863aa' },
    },
    related: ['STALE_FENCE', 'LEASE_IN_USE'],
  },
  INSTANCE_NOT_FOUND: {
    what: 'No instance of this id is registered, and a heartbeat alone does not register one.',
    causes: [
      'It was retired, or ended because three of its heartbeats were missed.',
      'Its process has ended.',
      'STYXY_INSTANCE has another value than at its registration.',
    ],
    remedies: [
      { what: 'Look at the instances that there are.', command: 'styxy instances list' },
      {
        what: 'Register it; its first allocation does so too.',
        command: 'styxy instances register --id ID',
      },
    ],
    example: {
      detail: 'no instance agent-1 is registered',
      hint: 'Run `styxy instances register --id agent-1`, or allocate in its name.',
      fields: { instance_id: 'agent-1' },
    },
    related: ['LEASE_NOT_FOUND'],
  },
  PORT_UNAVAILABLE: {
    what: 'The one port that was asked for cannot be had. This is a port conflict, and no bug in your code: changing the code does not help, another port does.',
    causes: [
      'The lease of another project, or of another service of this one, covers the port.',
      'A program that Styxy did not start listens there.',
      'The port is never granted: it is the daemon’s own, or browsers refuse it.',
    ],
    remedies: [
      { what: 'Take another port: leave `--exact` away.', command: 'styxy allocate -s dev' },
      { what: 'Or start the server on whatever port is free.', command: 'styxy run -- npm run dev' },
      { what: 'See who holds it.', command: 'styxy check 3000' },
      {
        what: 'Where it is a server of your own that has no lease, give it one.',
        command: 'styxy adopt 3000',
      },
    ],
    example: {
      detail: `port 3000 is held by ${HOLDER.holder}; this is a port conflict, not a bug in your code`,
      hint: 'Run `styxy allocate -s dev` without --exact for another port, or `styxy check 3000`.',
      fields: { port: 3000, holders: [HOLDER], holders_total: 1 },
    },
    related: ['RANGE_EXHAUSTED', 'LEASE_IN_USE', 'SINGLETON_HELD'],
  },
  RANGE_EXHAUSTED: {
    what: 'Every port of the range was tried, and each is held; or a new type found no room for a range of its own. Nothing was granted.',
    causes: [
      'Leases that nobody uses any more wait for the end of their term.',
      'Many servers run, and the range is small.',
      'A block of consecutive ports was asked for, and no gap is wide enough.',
    ],
    remedies: [
      {
        what: 'See which leases nobody listens on, and end them.',
        command: 'styxy cleanup --force --dry-run',
      },
      { what: 'See who holds the ports.', command: 'styxy list' },
      {
        what: 'Give the type a larger "range" in config.json; it counts at once.',
        command: 'styxy config path',
      },
      {
        what: 'Where an unknown type found no room, take ranges back that are not needed.',
        command: 'styxy config auto-allocation list',
      },
    ],
    example: {
      detail: `dev has no port left: 100 of 100 (3000–3099) are held, 3000 by ${HOLDER.holder}`,
      hint: 'Run `styxy cleanup --force --dry-run` to see the leases that nobody listens on, or give the type a larger "range" in config.json (`styxy config path`).',
      fields: {
        service_type: 'dev',
        range: { start: 3000, end: 3099 },
        holders: [HOLDER],
        holders_total: 100,
      },
    },
    related: ['PORT_UNAVAILABLE', 'UNKNOWN_SERVICE_TYPE'],
  },
  QUOTA_EXCEEDED: {
    what: 'The project or the instance holds as many leases as one may. Nothing was granted, and what it holds stays.',
    causes: [
      'A loop asks for a new lease each time, with `--new` or under a new name, and never releases one.',
      'The quotas in config.json are lower than what the project needs.',
    ],
    remedies: [
      { what: 'See what is held.', command: 'styxy list --project /src/shop' },
      {
        what: 'See which leases nobody listens on, and end them.',
        command: 'styxy cleanup --force --dry-run',
      },
      { what: 'Give all of them back.', command: 'styxy release --project /src/shop' },
      {
        what: 'Or raise the quota under "quotas" in config.json; it counts at once.',
        command: 'styxy config path',
      },
    ],
    example: {
      detail: 'the project /src/shop holds 20000 leases, and one project may hold 20000',
      hint: "Run `styxy list --project '/src/shop'` to see them and `styxy release --project '/src/shop'` to give them back, or raise \"quotas.max_leases_per_project\" in config.json, which counts at once.",
      fields: {
        quota: 'quotas.max_leases_per_project',
        limit: 20_000,
        count: 20_000,
        project_path: '/src/shop',
      },
    },
    related: ['RANGE_EXHAUSTED', 'TOO_MANY_REQUESTS'],
  },
  STALE_FENCE: {
    what: 'The fence number that was sent is not the one of the live lease, so its sender no longer holds it. Nothing was changed.',
    causes: [
      'The lease ended while its holder was away, and was granted anew, to the same holder or to another.',
      'The fence of another lease was sent.',
    ],
    remedies: [
      {
        what: 'Stop what relies on the old lease, and allocate again.',
        command: 'styxy allocate -s dev',
      },
      { what: 'See who has it now.', command: 'styxy list -v' },
    ],
    example: {
      detail: `fence 12 is not the one of ${HOLDER.holder}, which is 31`,
      hint: 'Whoever holds an older fence has lost the lease: run `styxy allocate -s dev` for another one.',
      fields: { lock_id: '7f3a9c51e0b24d8863aa', fence: 12, current_fence: 31 },
    },
    related: ['LEASE_NOT_FOUND', 'LEASE_IN_USE'],
  },
  LEASE_IN_USE: {
    what: 'The lease is in use, and by somebody else than the caller. It was left as it is, so that nobody’s server loses its port.',
    causes: [
      'The caller’s project or instance is not that of the lease, and a server listens there.',
      'The lease has a live holder, and a second process wants to become it.',
      'An automatic range was to be taken back, and has live leases.',
    ],
    remedies: [
      { what: 'See who holds it, and ask them.', command: 'styxy list -v' },
      {
        what: 'When you are sure that nobody needs it, release it all the same.',
        command: 'styxy release --port 3000 --force',
      },
      { what: 'For a server of your own, another port does as well.', command: 'styxy allocate -s dev' },
    ],
    example: {
      detail: `port 3000 is in use by ${HOLDER.holder}`,
      hint: 'Ask its holder, or run `styxy release 7f3a9c51e0b24d8863aa --force` when you are sure.',
      fields: { lock_id: '7f3a9c51e0b24d8863aa', port: 3000, holder: HOLDER.holder },
    },
    related: ['PORT_UNAVAILABLE', 'SINGLETON_HELD'],
  },
  SINGLETON_HELD: {
    what: 'The machine runs one of this service for everybody; it runs already, and the request asked for another one.',
    causes: [
      'The request said `new`, or wants another port, protocol or number of ports than the running one has.',
      'The type has `instance_behavior: single` in the configuration.',
    ],
    remedies: [
      {
        what: 'Use the one that runs: without `--new` the same command gets its port.',
        command: 'styxy allocate -s ai',
      },
      { what: 'See who runs it.', command: 'styxy list --service ai' },
    ],
    example: {
      detail:
        'ollama runs once on this machine, and ollama serve (pid 4121) of /src/shop on branch main runs it (leased since 2026-03-14 09:26 UTC); another one was asked for',
      hint: 'Use the one at http://ollama.shop.localhost:11430, or `styxy release 7f3a9c51e0b24d8863aa` if it is yours.',
      fields: {
        port: 11_430,
        lock_id: '7f3a9c51e0b24d8863aa',
        holder:
          'ollama serve (pid 4121) of /src/shop on branch main runs it (leased since 2026-03-14 09:26 UTC)',
      },
    },
    related: ['LEASE_IN_USE', 'PORT_UNAVAILABLE'],
  },
  WAIT_TIMEOUT: {
    what: 'The server that was waited for did not answer in the time that it was given. The message says where it is instead, if it is anywhere. Only the command line reports this.',
    causes: [
      'The server has not started, or takes longer than the timeout.',
      'It listens on another port than the one that it was given.',
      'Another program has its port.',
      'The name is misspelt, or the service belongs to another project.',
      'With --http: it answers with a server error, or speaks no HTTP.',
    ],
    remedies: [
      { what: 'See which services this project has, and on which ports.', command: 'styxy list --here' },
      { what: 'See who has the port.', command: 'styxy check 3000' },
      { what: 'Wait longer.', command: 'styxy wait web --timeout 300' },
    ],
    example: {
      detail: 'web did not answer within 60 s: it listens on 5174 instead of its own port 3000',
      hint: 'Wait for that one: `styxy wait 5174`; or tell it its port, by {port} in the command of `styxy run`.',
      fields: { answers: false, timeout_seconds: 60, ports: [3000], drift: [5174] },
    },
    related: ['PORT_UNAVAILABLE'],
  },
} as const satisfies Explanations;
