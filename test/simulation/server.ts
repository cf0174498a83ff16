// Owns a simulated server: the tree of processes that one command becomes, and what it does with ports until it ends.

import type { Lease } from '../../src/core/lease.ts';
import type { Address, Process, Socket } from './machine.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export interface Server {
  /** The process that was started; the one that listens is the last of a chain below it. */
  readonly root: Process;
  /** Ends every process of the tree, also those that lost their parents. */
  end(): void;
}

/** The longest that a server takes to bind its port. */
const SLOWEST_START_MS = 6000;

/**
 * Starts a command on a lease's port as real ones run: `npm` starts `sh`, which starts `node`, which listens after a while,
 * shares its socket with workers, loses its parents, is restarted, or binds another port than it was told.
 *
 * @param onFail told when the port cannot be bound
 */
export function startServer(
  world: World,
  random: Random,
  place: { readonly parent: Process; readonly cwd: string; readonly lease: Lease },
  onFail: () => void,
): Server {
  const { machine, timeline } = world;
  const { lease, cwd } = place;
  const isReadable = random.chance(0.9);
  const isNamed = random.chance(0.9);
  const address: Address = random.pick(['::', '::', '127.0.0.1']);
  const port = lease.port + (random.chance(0.1) ? random.int(1, 2) : 0);
  const members: Process[] = [];
  const spawn = (parent: Process): Process => {
    const isTraceable = random.chance(0.95);
    const process = machine.spawn(parent.pid, cwd, { isReadable, isTraceable });
    members.push(process);
    return process;
  };
  const root = spawn(place.parent);
  let above = root;
  for (let depth = random.int(0, 2); depth > 0; depth--) above = spawn(above);

  const serve = (process: Process): void => {
    if (!machine.runs(process)) return;
    const isBound = machine.bind(process.pid, lease.protocol, port, { isNamed, address });
    world.log(`server ${members.map(({ pid }) => pid).join('-')} binds ${address} ${port}: ${isBound}`);
    if (!isBound) {
      onFail();
      return;
    }
    const [socket] = machine.socketsOn(lease.protocol, port).filter(({ pid }) => pid === process.pid);
    if (socket !== undefined && random.chance(0.15)) startWorkers(process, socket);
    if (random.chance(0.1)) timeline.after(random.int(0, 3000), () => loseParents(process));
    if (random.chance(0.15)) timeline.after(random.int(3000, 40_000), () => restart(process));
  };
  const startWorkers = (process: Process, socket: Socket): void => {
    for (let i = random.int(1, 2); i > 0; i--) machine.share(socket, spawn(process).pid);
    // Workers go on serving when the one that bound is gone.
    if (random.chance(0.3)) timeline.after(random.int(1000, 20_000), () => machine.end(process));
  };
  const loseParents = (process: Process): void => {
    for (const member of members)
      if (member !== process && member.startTicks < process.startTicks) machine.end(member);
    world.log(`server ${process.pid} is left by its parents`);
  };
  /** The port is free for a moment, and then another process of the same tree has it. */
  const restart = (process: Process): void => {
    if (!machine.runs(process)) return;
    machine.end(process);
    world.log(`server ${process.pid} restarts`);
    timeline.after(random.int(50, 8000), () => {
      if (machine.runs(above)) serve(spawn(above));
    });
  };

  const first = spawn(above);
  timeline.after(random.int(0, SLOWEST_START_MS), () => serve(first));
  return {
    root,
    end() {
      for (const member of members) machine.end(member);
    },
  };
}
