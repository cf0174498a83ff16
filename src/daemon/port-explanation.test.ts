import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandsIn, objectionTo } from '../../test/tidy/hints.ts';
import type { LeaseJson, SystemUsage } from '../api/schemas.ts';
import { explainPort, type PortFacts } from './port-explanation.ts';

const NOW = new Date(2026, 6, 1, 12, 0).getTime();

const lease: LeaseJson = {
  lock_id: 'abc',
  port: 3000,
  ports: [3000],
  protocol: 'tcp',
  service_type: 'dev',
  service_name: 'web',
  instance_id: 'agent-1',
  project_path: '/src/shop',
  pid: 4121,
  state: 'active',
  orphan: false,
  drift: [],
  fence: 1,
  allocated_at: new Date(2026, 6, 1, 10, 31).toISOString(),
  expires_at: null,
  singleton: false,
  url: 'http://web.shop.localhost:3000',
};

const usage: SystemUsage = {
  pid: 4121,
  process: 'node',
  command: 'node server.js',
  user: 'ann',
  cwd: '/src/shop',
  container: null,
  addresses: ['::'],
};

const facts: PortFacts = {
  port: 3000,
  protocol: 'tcp',
  lease: null,
  isOwn: false,
  branch: null,
  usage: null,
  isUnknown: false,
  drifted: null,
  type: 'dev',
  isDaemons: false,
  forbidden: null,
  restSeconds: 0,
  ephemeral: { start: 32_768, end: 60_999 },
  user: 'ann',
  now: NOW,
};

const OTHER = '`styxy run -s dev -- COMMAND` or `styxy allocate -s dev`';
const CONFLICT = 'This is a port conflict and no bug in your code: port 3000';
const HOLDER = 'web of /src/shop on branch fix-ui, instance agent-1, since 10:31';
const leased = { lease, branch: 'fix-ui' };
const idle = { ...lease, state: 'idle' } as const;
const reserved = {
  ...lease,
  state: 'reserved',
  expires_at: new Date(2026, 6, 1, 13, 31).toISOString(),
} as const;
const nobody: SystemUsage = {
  pid: null,
  process: null,
  command: null,
  user: null,
  cwd: null,
  container: null,
  addresses: [],
};

const CASES: readonly (readonly [what: string, given: Partial<PortFacts>, said: string])[] = [
  [
    'a port of which nothing can be known',
    { port: 80, type: null, isUnknown: true },
    'Whether port 80 is free cannot be known: this user cannot bind it, and the listeners of this machine cannot be listed (`styxy doctor` tells why). `sudo lsof -nP -i :80` tells who has it; run `styxy allocate -s dev` for another port.',
  ],
  [
    "another project's server",
    { ...leased, usage },
    `${CONFLICT} is held by node (pid 4121) in /src/shop ("node server.js") for ${HOLDER}. Leave that server alone, and run ${OTHER} for another port.`,
  ],
  [
    "another project's lease on which nobody listens yet",
    { ...leased, lease: reserved },
    `${CONFLICT} is leased to ${HOLDER} (pid 4121), and nobody listens there yet. Leave it alone, and run ${OTHER} for another port; the lease ends by itself at 13:31.`,
  ],
  [
    "another project's lease on which nobody listens any more, since another day",
    { ...leased, lease: { ...idle, pid: null, allocated_at: new Date(2026, 5, 30, 9, 5).toISOString() } },
    `${CONFLICT} is leased to web of /src/shop on branch fix-ui, instance agent-1, since 2026-06-30 09:05, and nobody listens there any more. Leave it alone, and run ${OTHER} for another port.`,
  ],
  [
    "a singleton of somebody else's",
    { ...leased, lease: { ...lease, singleton: true }, usage },
    `${CONFLICT} is held by node (pid 4121) in /src/shop ("node server.js") for ${HOLDER}. Leave that server alone, it runs once on this machine: use it at http://web.shop.localhost:3000.`,
  ],
  [
    'a server of the project that asks',
    { ...leased, isOwn: true, usage },
    `Port 3000 is held by your own project: node (pid 4121) in /src/shop ("node server.js") listens there for ${HOLDER}. If a start failed because the address is in use, that is why, and no bug in your code: use the running one at http://web.shop.localhost:3000; for a second copy run ${OTHER}.`,
  ],
  [
    'a lease of the project that asks, with nobody there',
    { ...leased, lease: reserved, isOwn: true },
    `Port 3000 is leased to your own project, ${HOLDER}, and nobody listens there yet. Start the server on it with \`styxy run --lock abc -- COMMAND\`, or run \`styxy release abc\` to give it back.`,
  ],
  [
    'a lease of the project that asks, whose program went astray',
    { ...leased, lease: { ...idle, drift: [3005] }, isOwn: true },
    `Port 3000 is leased to your own project, ${HOLDER}, whose program listens on 3005 instead. Tell the program its port, or run \`styxy release abc\` to give this one back.`,
  ],
  [
    'a stranger on a leased port',
    {
      ...leased,
      lease: { ...lease, state: 'hijacked' },
      usage: { ...usage, pid: 77, cwd: '/tmp/x', user: 'bob' },
    },
    `${CONFLICT} is leased to ${HOLDER}, but node (pid 77) of user bob in /tmp/x ("node server.js") listens there, which is not of its holder. Run ${OTHER} for another port.`,
  ],
  [
    'a program without a lease',
    { usage: { ...usage, cwd: null, command: 'node' } },
    `${CONFLICT} is held by node (pid 4121) without a lease. Run ${OTHER} for another port; if it is a server of yours, \`styxy adopt 3000\` gives it a lease.`,
  ],
  [
    'a program of a lease on another port',
    { usage, drifted: { ...lease, port: 3005 }, branch: 'fix-ui' },
    `${CONFLICT} is held by node (pid 4121) in /src/shop ("node server.js") for web of /src/shop on branch fix-ui, instance agent-1, which was given port 3005 and opened this one instead. Run ${OTHER} for another port, or tell that program its own.`,
  ],
  [
    'a container',
    { usage: { ...usage, container: 'shop-web-1' } },
    `${CONFLICT} is held by container shop-web-1 without a lease. Run ${OTHER} for another port, or have the container published on another one where it is started.`,
  ],
  [
    'a program that nobody can name',
    { usage: nobody },
    `${CONFLICT} is held by a program that cannot be named, most often another user's. Run ${OTHER} for another port; \`sudo lsof -nP -i :3000\` tells the program's name.`,
  ],
  [
    "the daemon's own",
    { isDaemons: true, usage },
    "Port 3000 is Styxy's own: its daemon serves the API there. Run `styxy allocate -s dev` for another port.",
  ],
  [
    "Styxy's own, where its daemon has another and a stranger has it",
    { port: 9876, type: 'coordination', usage: nobody, forbidden: "it is Styxy's own" },
    `${CONFLICT.replace('3000', '9876')} is held by a program that cannot be named, most often another user's. Run ${OTHER.replaceAll('dev', 'coordination')} for another port; \`sudo lsof -nP -i :9876\` tells the program's name.`,
  ],
  [
    "Styxy's own, which a program that is known has",
    { port: 9876, type: 'coordination', usage, forbidden: "it is Styxy's own" },
    `${CONFLICT.replace('3000', '9876')} is held by node (pid 4121) in /src/shop ("node server.js") without a lease. Run ${OTHER.replaceAll('dev', 'coordination')} for another port; this one is never granted: it is Styxy's own.`,
  ],
  [
    'a low port that is taken',
    { port: 80, type: null, usage },
    `${CONFLICT.replace('3000', '80')} is held by node (pid 4121) in /src/shop ("node server.js") without a lease. Run ${OTHER} for another port.`,
  ],
  [
    'a port that rests',
    { restSeconds: 87 },
    'Port 3000 is free, but rests for 87 s more, because its lease was ended by force or somebody without one was found there. Run `styxy allocate -s dev` for another port, or `styxy allocate -s dev -p 3000 --exact` for this very one.',
  ],
  [
    'a port that browsers refuse',
    { port: 6000, type: null, forbidden: 'browsers refuse to open it' },
    'Port 6000 is free, but never granted: browsers refuse to open it. Run `styxy allocate -s dev` for another port.',
  ],
  [
    'a low port',
    { port: 80, type: null },
    'Port 80 is free, but Styxy grants no port below 1024. Run `styxy allocate -s dev` for another port.',
  ],
  [
    'a port outside of every range',
    { port: 12_345, type: null },
    'Port 12345 is free, and in no range of a service type. Run `styxy allocate -s dev -p 12345 --exact` to lease it.',
  ],
  [
    'a port that the system hands out',
    { port: 40_000, type: null },
    'Port 40000 is free, but the system hands out 32768 to 60999 by itself, so that any connection may take it. Run `styxy allocate -s dev` for a port that stays yours, or `styxy allocate -s dev -p 40000 --exact` for this very one.',
  ],
  ['a free port', {}, 'Port 3000 is free. Run `styxy allocate -s dev -p 3000 --exact` to lease it.'],
  [
    'a UDP port',
    { protocol: 'udp', usage: { ...usage, cwd: null } },
    'This is a port conflict and no bug in your code: UDP port 3000 is held by node (pid 4121) ("node server.js") without a lease. Run `styxy allocate -s dev --udp` for another port; if it is a server of yours, `styxy adopt 3000 --udp` gives it a lease.',
  ],
];

describe('the explanation of a port', () => {
  for (const [what, given, said] of CASES) {
    it(`says of ${what} who has it and what to do`, () => {
      const text = explainPort({ ...facts, ...given });
      assert.equal(text, said);
      assert.equal(text.match(/\. (?=[A-Z`])/g)?.length, 1, 'two sentences');
      const commands = commandsIn(text);
      assert.deepEqual(
        commands.map(objectionTo).filter((objection) => objection !== null),
        [],
      );
      assert.ok(commands.length > 0 || lease.url !== null, 'a command');
    });
  }

  it('shortens a command line that is long', () => {
    const text = explainPort({ ...facts, usage: { ...usage, command: `node \n ${'x'.repeat(200)}` } });
    assert.match(text, /\("node x{74}…"\)/);
  });
});
