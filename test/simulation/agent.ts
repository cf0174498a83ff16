// Owns the simulated agent: a process with a project or an instance that leases ports, runs servers on them, and dies.

import type { AllocateRequest, Command } from '../../src/core/command.ts';
import type { Lease } from '../../src/core/lease.ts';
import type { AllocateReply } from '../../src/core/reply.ts';
import { send } from './call.ts';
import { openHold } from './hold.ts';
import type { Process, Socket } from './machine.ts';
import type { Random } from './random.ts';
import { PROJECTS, randomRequest } from './random-request.ts';
import { type Server, startServer } from './server.ts';
import { reusePid } from './strangers.ts';
import { CATALOGUE } from './weather.ts';
import type { World } from './world.ts';

/** A lease as the agent believes to have it. */
interface Held {
  readonly lease: Lease;
  server: Server | null;
  letGo: (() => void) | null;
}

/** What an agent does next, and how often of all. */
const DEEDS: readonly (readonly [number, (agent: Agent) => void])[] = [
  [30, (agent) => agent.allocate()],
  [8, (agent) => agent.allocateSeveral()],
  [20, (agent) => agent.startServer()],
  [8, (agent) => agent.stopServer()],
  [9, (agent) => agent.release()],
  [3, (agent) => agent.releaseOfOthers()],
  [8, (agent) => agent.renew()],
  [6, (agent) => agent.hold()],
  [4, (agent) => agent.letGo()],
  [2, (agent) => agent.reconnect()],
  [4, (agent) => agent.batch()],
  [2, (agent) => agent.adopt()],
  [1, (agent) => agent.cleanUp()],
  [1, (agent) => agent.retire()],
  [3, (agent) => agent.register()],
  [3, (agent) => agent.die()],
];

const HOME = '/home/dev';

export class Agent {
  readonly #world: World;
  readonly #random: Random;
  #process: Process;
  #project: string | null;
  #instance: string | null;
  /** Whether it tells the daemon its pid. */
  #namesPid: boolean;
  readonly #held = new Map<string, Held>();
  #requests = 0;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#process = world.machine.spawn(1, HOME);
    this.#project = null;
    this.#instance = null;
    this.#namesPid = true;
    this.#beBorn();
    this.#live();
    this.#beat();
  }

  /** Sends an allocation, often under a request id, and sends it again when its answer is lost. */
  allocate(): void {
    const requestId = this.#random.chance(0.4)
      ? `r-${this.#process.startTicks}-${this.#requests++ % 6}`
      : null;
    this.#ask({ kind: 'allocate', request: this.#request(), requestId }, 3);
  }

  /** Asks for several ports at the same moment, as a script does that starts all servers of a project. */
  allocateSeveral(): void {
    for (let i = this.#random.int(2, 4); i > 0; i--) this.allocate();
  }

  batch(): void {
    const allocations = Array.from({ length: this.#random.int(2, 4) }, () => ({
      kind: 'allocate' as const,
      request: this.#request(),
      requestId: null,
    }));
    send<'batch'>(this.#world, { kind: 'batch', allocations }, (answer) => {
      if (answer.kind !== 'outcome' || !answer.outcome.ok) return;
      for (const reply of answer.outcome.reply.allocations) this.#got(reply);
    });
  }

  /** Asks for a lease for a server of its own that listens on a port without one. */
  adopt(): void {
    const { machine, auditor } = this.#world;
    const isMine = ({ pid }: Socket): boolean => machine.ancestors(pid).includes(this.#process.pid);
    const socket = this.#random.pickMaybe(machine.sockets().filter(isMine));
    if (socket === undefined || auditor.isLeased(socket)) return;
    const { protocol, port: preferredPort, pid } = socket;
    const server = { pid, process: this.#identify(pid), protocol, preferredPort };
    const request = { ...this.#request(), ...server, exact: true, count: 1, adopt: true } as const;
    this.#ask({ kind: 'allocate', request, requestId: null }, 0);
  }

  /** Starts a server on one of the agent's ports; it takes a while to bind. */
  startServer(): void {
    const held = this.#random.pickMaybe([...this.#held.values()].filter(({ server }) => server === null));
    if (held === undefined) return;
    const project = this.#project ?? HOME;
    const cwd = this.#random.pick([project, project, `${project}/packages/web`, HOME]);
    const place = { parent: this.#process, cwd, lease: held.lease };
    held.server = startServer(this.#world, this.#random, place, () => this.#end(held));
  }

  stopServer(): void {
    const held = this.#random.pickMaybe([...this.#held.values()].filter(({ server }) => server !== null));
    if (held === undefined) return;
    this.#world.log(`server on ${held.lease.port} stops`);
    this.#end(held);
  }

  release(): void {
    const held = this.#random.pickMaybe([...this.#held.values()]);
    if (held === undefined) return;
    const { lease } = held;
    const isStale = this.#random.chance(0.2);
    const fence = isStale
      ? lease.fence - this.#random.int(1, 5)
      : this.#random.chance(0.5)
        ? lease.fence
        : null;
    if (!isStale && this.#random.chance(0.7)) this.#end(held);
    this.#send({ kind: 'release', lockId: lease.lockId, fence, force: false, ...this.#caller() });
    if (!isStale) this.#forget(held);
  }

  /** Releases what somebody else has, as a confused client would. */
  releaseOfOthers(): void {
    const record = this.#random.pickMaybe(this.#world.auditor.live());
    if (record === undefined) return;
    const { lockId } = record.lease;
    this.#send({ kind: 'release', lockId, fence: null, force: this.#random.chance(0.1), ...this.#caller() });
  }

  renew(): void {
    const held = this.#random.pickMaybe([...this.#held.values()]);
    if (held === undefined) return;
    const { lease, server } = held;
    const fence = this.#random.pick([null, lease.fence, lease.fence, lease.fence + 1, lease.fence - 1]);
    const ttlMs = this.#random.pick([null, null, 25_000, 90_000]);
    const pid = this.#namesPid && this.#random.chance(0.5) ? (server?.root.pid ?? this.#process.pid) : null;
    const process = this.#identify(pid);
    this.#send({ kind: 'renew', lockId: lease.lockId, ttlMs, pid, process, fence, claim: false });
  }

  hold(): void {
    const held = this.#random.pickMaybe([...this.#held.values()].filter(({ letGo }) => letGo === null));
    if (held === undefined) return;
    held.letGo = openHold(this.#world, held.lease.lockId);
  }

  letGo(): void {
    const held = this.#random.pickMaybe([...this.#held.values()].filter(({ letGo }) => letGo !== null));
    held?.letGo?.();
    if (held !== undefined) held.letGo = null;
  }

  /** A new connection takes the place of the old one, and the daemon hears of both at nearly the same moment. */
  reconnect(): void {
    const held = this.#random.pickMaybe([...this.#held.values()].filter(({ letGo }) => letGo !== null));
    if (held === undefined) return;
    held.letGo?.();
    held.letGo = openHold(this.#world, held.lease.lockId, this.#random.int(0, 8));
  }

  cleanUp(): void {
    this.#send({ kind: 'cleanup', force: this.#random.chance(0.3), dryRun: this.#random.chance(0.3) });
  }

  retire(): void {
    if (this.#instance === null) return;
    this.#send({ kind: 'retire', instanceId: this.#instance });
  }

  register(): void {
    if (this.#instance === null) return;
    const pid = this.#namesPid ? this.#process.pid : null;
    this.#send({
      kind: 'register',
      instanceId: this.#instance,
      workingDirectory: this.#project,
      linkedWorktree: this.#random.chance(0.3),
      template: null,
      pid,
      process: this.#identify(pid),
      ttlMs: null,
      metadata: {},
    });
  }

  /**
   * The process ends: its connections close a moment before it is gone, its servers die with it or live on as orphans, and
   * now and then another process gets its pid at once.
   */
  die(): void {
    const { machine, timeline } = this.#world;
    const takesServersAlong = this.#random.chance(0.6);
    const process = this.#process;
    this.#world.log(`agent ${process.pid} dies, its servers ${takesServersAlong ? 'too' : 'live on'}`);
    const ports = [...this.#held.values()].map(({ lease }) => lease);
    for (const held of this.#held.values()) {
      if (takesServersAlong) this.#end(held);
      held.letGo?.();
    }
    this.#held.clear();
    const heir = this.#random.chance(0.4) ? this.#random.fork() : null;
    timeline.after(this.#random.int(0, 50), () => {
      machine.end(process);
      if (heir !== null) reusePid(this.#world, heir, process.pid, ports);
    });
    this.#beBorn();
  }

  #beBorn(): void {
    const random = this.#random;
    this.#process = this.#world.machine.spawn(1, HOME, { isForeign: random.chance(0.1) });
    this.#project = random.pick(PROJECTS);
    this.#instance = this.#project === null || random.chance(0.5) ? `agent-${random.int(1, 6)}` : null;
    this.#namesPid = random.chance(0.6);
  }

  #live(): void {
    this.#world.timeline.after(this.#random.int(500, 9000), () => {
      this.#live();
      this.#random.pickWeighted(DEEDS)?.(this);
    });
  }

  /** Heartbeats of the instance: in time, late, doubled or missing. */
  #beat(): void {
    const usual = CATALOGUE.instanceTtlMs;
    const delayMs = this.#random.pick([usual, usual, usual / 2, usual * 2, 100, usual * 4]);
    this.#world.timeline.after(delayMs, () => {
      this.#beat();
      if (this.#instance !== null) this.#send({ kind: 'instance-heartbeat', instanceId: this.#instance });
    });
  }

  #request(): AllocateRequest {
    const pid = this.#namesPid ? this.#process.pid : null;
    return randomRequest(this.#random, {
      instanceId: this.#instance,
      projectPath: this.#project,
      pid,
      process: this.#identify(pid),
    });
  }

  #ask(command: Extract<Command, { kind: 'allocate' }>, retries: number): void {
    send<'allocate'>(this.#world, command, (answer) => {
      if (answer.kind !== 'outcome') {
        if (retries === 0) return;
        this.#world.timeline.after(this.#random.int(100, 4000), () => this.#ask(command, retries - 1));
      } else if (answer.outcome.ok) {
        this.#got(answer.outcome.reply);
      }
    });
  }

  #got({ snapshot: { lease } }: AllocateReply): void {
    const old = this.#held.get(lease.lockId);
    this.#held.set(lease.lockId, { lease, server: old?.server ?? null, letGo: old?.letGo ?? null });
  }

  #send(command: Command): void {
    send(this.#world, command, (answer) => {
      if (answer.kind !== 'outcome' || answer.outcome.ok || !('lockId' in command)) return;
      const held = this.#held.get(command.lockId);
      if (answer.outcome.refusal.code === 'LEASE_NOT_FOUND' && held !== undefined) this.#forget(held);
    });
  }

  #forget(held: Held): void {
    held.letGo?.();
    this.#held.delete(held.lease.lockId);
  }

  #end(held: Held): void {
    held.server?.end();
    held.server = null;
  }

  #identify(pid: number | null) {
    return pid === null || !this.#world.weather.canIdentify ? null : this.#world.machine.identity(pid);
  }

  #caller() {
    return { callerInstanceId: this.#instance, callerProjectPath: this.#project };
  }
}
