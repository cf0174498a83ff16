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
  /** Whether its parents can be found out. */
  readonly isTraceable: boolean;
  /** In another pid namespace: it can be seen, but whether it lives cannot be known. */
  readonly isForeign: boolean;
}

/** `::` stands for all addresses of both families. */
export type Address = '::' | '127.0.0.1' | '::1';

/** What one process has of a port. Workers that share a socket have one each. */
export interface Socket {
  readonly protocol: Protocol;
  readonly port: number;
  readonly address: Address;
  readonly pid: number;
  /** Whether the system says which process has it. */
  readonly isNamed: boolean;
  /** When it was bound, in virtual ms. */
  readonly since: number;
}

const FIRST_PID = 100;
/** Few, so that pids are reused within minutes. */
const PIDS = 300;

export class Machine {
  bootId = 'boot-1';
  readonly processes = new Map<number, Process>();
  readonly #sockets = new Map<string, readonly Socket[]>();
  /** Told of every socket that is bound or closed. */
  onChange: (socket: Socket) => void = () => {};
  readonly #now: () => number;
  readonly #diedAt = new Map<number, number>();
  readonly #closedAt = new Map<string, number>();
  #nextPid = FIRST_PID;
  #ticks = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param options.pid the pid that it gets while that is free, as when somebody counts them round */
  spawn(
    parent: number,
    cwd: string,
    options: { isReadable?: boolean; isTraceable?: boolean; isForeign?: boolean; pid?: number } = {},
  ): Process {
    if (options.pid !== undefined) this.#nextPid = options.pid;
    while (this.processes.has(this.#nextPid)) this.#nextPid = this.#after(this.#nextPid);
    const pid = this.#nextPid;
    this.#nextPid = this.#after(pid);
    const process: Process = {
      pid,
      startTicks: ++this.#ticks,
      parent,
      cwd,
      isReadable: options.isReadable ?? true,
      isTraceable: options.isTraceable ?? true,
      isForeign: options.isForeign ?? false,
    };
    this.processes.set(pid, process);
    return process;
  }

  /** Whether that very process runs. */
  runs({ pid, startTicks }: Process): boolean {
    return this.processes.get(pid)?.startTicks === startTicks;
  }

  /** Ends that very process, if it still runs. */
  end(process: Process): void {
    if (this.runs(process)) this.kill(process.pid);
  }

  /** Ends a process; its sockets close, its children live on as children of init. */
  kill(pid: number): void {
    const process = this.processes.get(pid);
    if (process === undefined) return;
    for (const socket of this.sockets()) if (socket.pid === pid) this.#close(socket);
    this.processes.delete(pid);
    this.#diedAt.set(process.startTicks, this.#now());
    for (const child of this.processes.values()) {
      if (child.parent === pid) this.processes.set(child.pid, { ...child, parent: 1 });
    }
  }

  #close(socket: Socket): void {
    const id = socketId(socket.protocol, socket.port);
    this.#sockets.set(
      id,
      this.socketsOn(socket.protocol, socket.port).filter((other) => other !== socket),
    );
    this.#closedAt.set(id, this.#now());
    this.onChange(socket);
  }

  /** When that process ended, in virtual ms; never for one that runs. */
  diedAt(identity: ProcessIdentity): number {
    return this.#diedAt.get(Number(identity.startTicks)) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether nobody had the port from `since` (virtual ms) until now. */
  wasFreeSince(protocol: Protocol, port: number, since: number): boolean {
    const id = socketId(protocol, port);
    return !this.isTaken(protocol, port) && (this.#closedAt.get(id) ?? Number.NEGATIVE_INFINITY) < since;
  }

  /** Binds a port, or says false because it is taken at that address. */
  bind(
    pid: number,
    protocol: Protocol,
    port: number,
    { isNamed = true, address = '::' as Address } = {},
  ): boolean {
    const others = this.socketsOn(protocol, port);
    const isTaken = others.some(
      (other) => [address, other.address].includes('::') || other.address === address,
    );
    if (isTaken || !this.processes.has(pid)) return false;
    this.#open({ protocol, port, address, pid, isNamed, since: this.#now() });
    return true;
  }

  /** Hands a socket on to a child that serves it as well, as a cluster does. */
  share(socket: Socket, pid: number): void {
    if (this.processes.has(pid)) this.#open({ ...socket, pid, since: this.#now() });
  }

  #open(socket: Socket): void {
    const id = socketId(socket.protocol, socket.port);
    this.#sockets.set(id, [...this.socketsOn(socket.protocol, socket.port), socket]);
    this.onChange(socket);
  }

  socketsOn(protocol: Protocol, port: number): readonly Socket[] {
    return this.#sockets.get(socketId(protocol, port)) ?? [];
  }

  isTaken(protocol: Protocol, port: number): boolean {
    return this.socketsOn(protocol, port).length > 0;
  }

  sockets(): readonly Socket[] {
    return [...this.#sockets.values()].flat();
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
      if (!at.isTraceable) return [];
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
