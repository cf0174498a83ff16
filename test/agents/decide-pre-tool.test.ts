import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decidePreTool, readWishes } from '../../src/agents/decide-pre-tool.ts';
import type { MachineFacts } from '../../src/agents/machine-facts.ts';
import type { PreToolDecision, PreToolFacts } from '../../src/agents/pre-tool.ts';
import { leaseOf, MACHINE } from './machine.ts';
import { AROUND, SHOP } from './shop.ts';

interface Given {
  readonly machine?: MachineFacts;
  readonly killGuard?: PreToolFacts['killGuard'];
  readonly rewrites?: boolean;
}

function decide(
  text: string,
  { machine = MACHINE, killGuard = 'deny', rewrites = true }: Given = {},
): PreToolDecision {
  const wishes = readWishes(text, AROUND);
  if (wishes === null) return { kind: 'none' };
  const projectOf = (directory: string): string | null => (directory.startsWith(SHOP) ? SHOP : null);
  return decidePreTool(wishes, { machine, projectOf, killGuard, rewrites });
}

/** A decision in a few words. */
function told(text: string, given?: Given): string {
  const decision = decide(text, given);
  if (decision.kind !== 'lease') return decision.kind;
  const requests = decision.requests.map(
    ({ serviceType, preferredPort, exact }) =>
      `${serviceType} ${preferredPort ?? 'any'}${exact ? ' exact' : ''}`,
  );
  const isTold = decision.sentence !== null || decision.requests.some(({ holder }) => holder !== null);
  return [...requests, ...(isTold ? ['told'] : [])].join(', ');
}

describe('a command that starts a server', () => {
  const cases: readonly [text: string, decision: string][] = [
    ['npm run dev', 'dev any'],
    ['git status', 'none'],
    ['npm run dev -- --port 5200', 'dev 5200'],
    // Somebody else's port: another one, and the agent is told.
    ['npm run dev -- --port 3000', 'dev 3000, told'],
    // Its own project's port.
    ['npm run dev -- --port 3001', 'none'],
    ['PORT=3001 npm start', 'none'],
    // A port that is leased and not in use is held all the same.
    ['PORT=4000 npm start', 'api 4000, told'],
    ['npm run dev:fixed', 'deny'],
    ['npm run dev & PORT=3000 npm start', 'dev any, api 3000, told'],
    ['npm run dev & PORT=3001 npm start', 'dev any'],
    ['docker run -d -p 3000:80 nginx', 'tell'],
    ['docker run -d -p 8080:80 nginx', 'none'],
    ['redis-server --daemonize yes', 'none'],
  ];
  for (const [text, decision] of cases) it(text, () => assert.equal(told(text), decision));

  it('that cannot be moved gets its own port or none', () => {
    assert.equal(
      told('npm run dev:fixed', { machine: { leases: [], listeners: [], processes: [] } }),
      'api 3000 exact',
    );
  });

  it('is left alone where nothing is to be rewritten', () => {
    assert.equal(told('npm run dev', { rewrites: false }), 'none');
    assert.equal(told('npm run dev:fixed', { rewrites: false }), 'none');
  });

  it('is told whose the port is', () => {
    const decision = decide('npm run dev -- --port 3000');
    assert.ok(decision.kind === 'lease');
    const owner = '"web" of "/home/dev/shop-fix-ui" (branch "fix-ui", session "claude 7d1f") on port 3000';
    assert.deepEqual(
      decision.requests.map(({ holder }) => holder),
      [owner],
    );
    const denied = decide('npm run dev:fixed');
    assert.ok(denied.kind === 'deny');
    assert.ok(denied.reason.includes(owner), denied.reason);
    assert.match(denied.reason, /no bug in the code.*`styxy allocate -s api -q`/s);
  });
});

describe('a command that ends servers', () => {
  const cases: readonly [text: string, decision: string][] = [
    ['kill 402', 'deny'],
    ['kill 400', 'deny'],
    ['kill 501', 'none'],
    ['kill 9999', 'none'],
    ['kill -- -400', 'deny'],
    ['kill -9 -500', 'none'],
    ['kill -9 -1', 'deny'],
    ['pkill -P 401', 'deny'],
    ['kill $(lsof -ti :3000)', 'deny'],
    ['kill $(lsof -ti :3001)', 'none'],
    ['kill $(lsof -ti :2990-3005)', 'deny'],
    // Not its own port, but its server.
    ['kill $(lsof -ti :3010)', 'deny'],
    ['kill $(lsof -ti :3011)', 'none'],
    ['lsof -ti:3000 | xargs kill -9', 'deny'],
    ['fuser -k 3000/tcp', 'deny'],
    ['fuser -k 3000/udp', 'none'],
    ['fuser -k 4000/tcp', 'none'],
    ['npx kill-port 3000', 'deny'],
    ['npx kill-port 3001 4000 5000', 'none'],
    ['pkill -f next-server', 'deny'],
    ['pkill -f "npm run dev"', 'deny'],
    ['pkill -f "server.js"', 'none'],
    ['pkill -f "^next"', 'deny'],
    ['pkill -f vite', 'none'],
    ['pkill node', 'deny'],
    ['killall node', 'deny'],
    ['killall nod', 'none'],
    ["ps aux | grep next | grep -v grep | awk '{print $2}' | xargs kill", 'deny'],
    ["ps aux | grep next | grep -v server | awk '{print $2}' | xargs kill", 'none'],
    ['kill %1', 'none'],
    ['kill $PID', 'none'],
    ['pkill -f "("', 'none'],
    ['kill -0 402', 'none'],
    // A server that is still on its way is ended with what starts it; nobody listens on its port yet.
    ['kill 600', 'deny'],
    ['pkill -f "hugo server"', 'deny'],
    ['kill $(lsof -ti:4200)', 'none'],
    ['kill -- -$(ps -o pgid= -p 402)', 'deny'],
    ['kill -- -$(ps -o pgid= -p 501)', 'none'],
    ['kill $(ps -o ppid= -p $(lsof -ti:3000))', 'deny'],
    ['kill $(ps -o ppid= -p $(lsof -ti:3001))', 'none'],
    ['pkill -P $(pgrep -f "npm run dev")', 'deny'],
    ['pkill -P 500', 'none'],
    ['docker stop shop-cache-1', 'deny'],
    ['docker stop shop-cache', 'none'],
    ['docker rm -f $(docker ps -aq --filter name=cache)', 'deny'],
    ['docker stop $(docker ps -q)', 'deny'],
    ['docker stop $(docker ps -q --filter publish=6390)', 'deny'],
    ['docker stop $(docker ps -q --filter publish=6391)', 'none'],
    ['docker rm shop-cache-1', 'none'],
    ['redis-cli -p 6390 shutdown', 'deny'],
    ['redis-cli shutdown', 'none'],
    ['npm run stop', 'deny'],
    ['npm run free', 'deny'],
    ['npm run fresh', 'dev any'],
  ];
  for (const [text, decision] of cases) it(text, () => assert.equal(told(text), decision));

  it('is decided as the policy says', () => {
    const text = 'kill 402';
    assert.equal(told(text, { killGuard: 'ask' }), 'ask');
    assert.equal(told(text, { killGuard: 'warn' }), 'tell');
    assert.equal(told(text, { killGuard: 'off' }), 'none');
  });

  it('is refused before a server is looked at, and with a mere warning starts it', () => {
    const text = 'kill $(lsof -ti:3000); PORT=3000 npm start';
    assert.equal(told(text), 'deny');
    assert.equal(told(text, { killGuard: 'warn' }), 'api 3000, told');
    assert.equal(told(text, { killGuard: 'off' }), 'api 3000, told');
    assert.equal(told('kill $(lsof -ti:3001); npm start'), 'api any');
  });

  it('is told what it would end, whose that is, and what to do instead', () => {
    const decision = decide('sleep 1; lsof -ti:3000 | xargs kill -9');
    assert.ok(decision.kind === 'deny');
    assert.equal(
      decision.reason,
      'Styxy: "lsof -ti:3000 | xargs kill -9" would end a server that is not yours: "web" of "/home/dev/shop-fix-ui" ' +
        '(branch "fix-ui", session "claude 7d1f", process 402) on port 3000. Leave it running, and start your own on ' +
        'another port: put `styxy run -- ` in front of your command, which finds a free one. To end only what is yours, ' +
        'name its process by `kill PID`; `styxy list --here` shows which ports are yours.',
    );
  });

  it('names a few owners, and shows names from outside as data', () => {
    const leases = Array.from({ length: 9 }, (_, index) =>
      leaseOf({
        lockId: `${index}`,
        ports: [3000 + index],
        serviceName: index === 0 ? `a"\n${'x'.repeat(300)}` : 'web',
        branch: null,
        session: null,
      }),
    );
    const decision = decide('kill -9 -1', { machine: { ...MACHINE, leases } });
    assert.ok(decision.kind === 'deny');
    assert.match(decision.reason, /servers that are not yours: .* and 4 more\./);
    assert.match(decision.reason, /"a\\"\\nx{77}…"/);
    assert.ok(!decision.reason.includes('\n'));
    assert.ok(decision.reason.length < 2_000);
  });

  it('hits what is on a port whose process nobody knows', () => {
    const leases = [leaseOf({ pids: [] })];
    const machine = { leases, listeners: [], processes: [] };
    assert.equal(told('kill $(lsof -ti:3000)', { machine }), 'deny');
    assert.equal(told('pkill node', { machine }), 'none');
  });
});
