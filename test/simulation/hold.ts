// Owns the held connection of a client: opened again after the daemon's death, closed by the client's will or death.

import type { World } from './world.ts';

/** How long (ms) a client waits before it connects again. */
const RECONNECT_MS = 1500;

/** Opens a connection that holds a lease, after `delayMs`; the returned function closes it. */
export function openHold(world: World, lockId: string, delayMs = 0): () => void {
  let isWanted = true;
  let close: () => void = () => {};

  function connect(): void {
    const { daemon } = world;
    const retry = (): void => void world.timeline.after(RECONNECT_MS, () => isWanted && connect());
    if (daemon?.coordinator == null) {
      retry();
      return;
    }
    daemon.broken.add(retry);
    const { gate, coordinator } = daemon;
    const record = world.auditor.records.get(lockId);
    if (record !== undefined) record.lastCallAt = world.timeline.now;
    gate.enter(() => {
      coordinator.hold(lockId).then(
        (outcome) => {
          if (gate.isDead || !outcome.ok) {
            daemon.broken.delete(retry);
            return;
          }
          if (record !== undefined) {
            if (record.holds === 0) record.heldSince = world.timeline.now;
            record.holds += 1;
          }
          world.log(`hold on ${lockId} opens`);
          close = () => {
            close = () => {};
            daemon.broken.delete(retry);
            if (gate.isDead) return;
            if (record !== undefined) {
              record.holds -= 1;
              record.holdClosedAt = world.timeline.now;
              record.termFrom = Math.max(record.termFrom, world.timeline.now);
            }
            world.log(`hold on ${lockId} closes`);
            gate.enter(() => outcome.reply.close());
          };
          // The client gave up while the answer was on its way.
          if (!isWanted) close();
        },
        () => {
          daemon.broken.delete(retry);
          if (!gate.isDead) retry();
        },
      );
    });
  }

  if (delayMs === 0) connect();
  else world.timeline.after(delayMs, () => isWanted && connect());
  return () => {
    isWanted = false;
    close();
  };
}
