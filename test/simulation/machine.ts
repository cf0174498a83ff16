// Owns the simulated machine: its processes, with pids that are soon reused, and the sockets that they bind.

import type { ProcessLife, Protocol } from '../../src/core/lease.ts';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';

export interface Process {
  readonly pid: number;
  readonly startTicks: number;
  readonly parent: number;
  readonly cwd: string;
  /** Whether its working directory can be read. */
  readonly isReadable: boolean;
  /** In another pid namespace: it can be seen, but whether it lives cannot be known. */
  readonly isForeign: boolean;
}

export interface Socket {
  readonly protocol: Protocol;
  readonly port: number;
  readonly pid: number;
  /** Whether the system says which process has it. */
  readonly isNamed: boolean;
  /** When it was bound, in virtual ms. */
  readonly since: number;
}

const FIRST_PID = 100;
/** Few, so that pids are reused within minutes. */
const PIDS = 60;

export class Machine {
  bootId = 'boot-1';
  readonly processes = new Map<number, Process>();
  readonly sockets = new Map<string, Socket>();
  /** Told of every socket that is bound. */
  onBind: (socket: Socket) => void = () => {};
  readonly #now: () => number;
  readonly #diedAt = new Map<number, number>();
  readonly #closedAt = new Map<string, number>();
  #nextPid = FIRST_PID;
  #ticks = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  spawn(parent: number, cwd: string, options: { isReadable?: boolean; isForeign?: boolean } = {}): Process {
    while (this.processes.has(this.#nextPid)) this.#nextPid = this.#after(this.#nextPid);
    const pid = this.#nextPid;
    this.#nextPid = this.#after(pid);
    const process: Process = {
      pid,
      startTicks: ++this.#ticks,
      parent,
      cwd,
      isReadable: options.isReadable ?? true,
      isForeign: options.isForeign ?? false,
    };
    this.processes.set(pid, process);
    return process;
  }

  /** Ends that very process, if it still runs. */
  end({ pid, startTicks }: Process): void {
    if (this.processes.get(pid)?.startTicks === startTicks) this.kill(pid);
  }

  /** Ends a process; its sockets close, its children live on as children of init. */
  kill(pid: number): void {
    const process = this.processes.get(pid);
    if (process === undefined) return;
    this.processes.delete(pid);
    this.#diedAt.set(process.startTicks, this.#now());
    for (const child of this.processes.values()) {
      if (child.parent === pid) this.processes.set(child.pid, { ...child, parent: 1 });
    }
    for (const socket of [...this.sockets.values()]) if (socket.pid === pid) this.unbind(socket);
  }

  unbind({ protocol, port }: Socket): void {
    const id = socketId(protocol, port);
    if (this.sockets.delete(id)) this.#closedAt.set(id, this.#now());
  }

  /** When that process ended, in virtual ms; never for one that runs. */
  diedAt(identity: ProcessIdentity): number {
    return this.#diedAt.get(Number(identity.startTicks)) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether nobody had the port from `since` (virtual ms) until now. */
  wasFreeSince(protocol: Protocol, port: number, since: number): boolean {
    const id = socketId(protocol, port);
    return !this.sockets.has(id) && (this.#closedAt.get(id) ?? Number.NEGATIVE_INFINITY) < since;
  }

  /** Binds a port, or says false because it is taken. */
  bind(pid: number, protocol: Protocol, port: number, isNamed = true): boolean {
    const id = socketId(protocol, port);
    if (this.sockets.has(id) || !this.processes.has(pid)) return false;
    const socket: Socket = { protocol, port, pid, isNamed, since: this.#now() };
    this.sockets.set(id, socket);
    this.onBind(socket);
    return true;
  }

  socket(protocol: Protocol, port: number): Socket | undefined {
    return this.sockets.get(socketId(protocol, port));
  }

  identity(pid: number): ProcessIdentity | null {
    const process = this.processes.get(pid);
    if (process === undefined) return null;
    const pidNamespace = process.isForeign ? 'other' : 'ours';
    return { pid, startTicks: String(process.startTicks), bootId: this.bootId, pidNamespace };
  }

  /** Whether that very process runs, as nobody but the world can know. */
  isAlive(identity: ProcessIdentity): boolean {
    const process = this.processes.get(identity.pid);
    return process !== undefined && String(process.startTicks) === identity.startTicks;
  }

  /** What the daemon can find out about the same. */
  life(identity: ProcessIdentity): ProcessLife {
    if (identity.pidNamespace !== 'ours') return 'unknown';
    return this.isAlive(identity) ? 'alive' : 'dead';
  }

  ancestors(pid: number): number[] {
    const found: number[] = [];
    for (let at = this.processes.get(pid); at !== undefined; at = this.processes.get(at.parent)) {
      if (found.includes(at.pid)) break;
      found.push(at.pid);
    }
    return found;
  }

  #after(pid: number): number {
    return FIRST_PID + ((pid - FIRST_PID + 1) % PIDS);
  }
}

function socketId(protocol: Protocol, port: number): string {
  return `${protocol}:${port}`;
}
