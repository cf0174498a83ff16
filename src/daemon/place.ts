// Owns the place of a home: in which namespaces of the machine its daemon belongs, so that no sandbox takes it over.

import { readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import type { Store } from '../store/store.ts';

/** Where a daemon runs. Ports are those of a network namespace, pids those of a pid namespace. */
export interface Place {
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly netNamespace: string;
}

/** What is written into the store, so that it is known after a stop, a crash, or without `daemon.json`. */
const NOTE = 'place';
/** The kernel's own number for the pid namespace that the machine was booted with. */
const INITIAL_PID_NAMESPACE = '4026531836';

/** @returns null where the system has no namespaces, or does not show them */
export function readPlace(): Place | null {
  if (process.platform !== 'linux') return null;
  try {
    return {
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      pidNamespace: namespaceId('pid'),
      netNamespace: namespaceId('net'),
    };
  } catch {
    return null;
  }
}

/**
 * Refuses a daemon in a sandbox or container when the home's last daemon ran outside of it; remembers this place otherwise.
 * To be called with the store's lock held, which proves that the last daemon is gone.
 *
 * @param isTakenOver whether somebody said that this is the home's place from now on
 * @throws StyxyError HOME_UNUSABLE
 */
export async function settlePlace(
  home: Home,
  store: Store,
  here: Place | null,
  isTakenOver: boolean,
): Promise<void> {
  if (here === null) return;
  const text = JSON.stringify(here);
  const note = await store.readNote(NOTE);
  if (note === text) return;
  const what = isTakenOver ? null : objection(parse(note), here, hasNetwork());
  if (what !== null) {
    throw new StyxyError('HOME_UNUSABLE', `${home.dir} is used outside of this ${what}`, {
      hint: 'Start the daemon there (`styxy daemon start`), or set STYXY_HOME to a directory of this place’s own. `styxy daemon start` in here takes the home over.',
      fields: { path: home.dir },
    });
  }
  try {
    await store.writeNote(NOTE, text);
  } catch {
    // A full disk: the leases can be read all the same.
  }
}

/**
 * Why a home whose last daemon ran at `last` is not to be served from `here`.
 *
 * A container that was started again looks like a sandbox within the old one, whose namespaces are gone with it: where the
 * old namespace was not the machine's own, and here is a network to serve, it is taken for that.
 *
 * @param hasNetwork whether here is more network than the loopback
 * @returns what kind of other place it is, or null
 */
export function objection(last: Place | null, here: Place, hasNetwork: boolean): string | null {
  if (last === null || last.bootId !== here.bootId) return null;
  const isOtherNetwork = last.netNamespace !== here.netNamespace;
  if (last.pidNamespace === here.pidNamespace) return isOtherNetwork ? 'network namespace' : null;
  if (last.pidNamespace === INITIAL_PID_NAMESPACE) return 'container or sandbox (pid namespace)';
  return isOtherNetwork && !hasNetwork ? 'sandbox (network and pid namespace)' : null;
}

function namespaceId(kind: string): string {
  return /\d+/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[0] ?? '';
}

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((each) => each?.some(({ internal }) => !internal));
}

function parse(note: string | null): Place | null {
  if (note === null) return null;
  try {
    const { bootId, pidNamespace, netNamespace } = JSON.parse(note) as Record<string, unknown>;
    const isPlace = [bootId, pidNamespace, netNamespace].every((each) => typeof each === 'string');
    return isPlace ? (JSON.parse(note) as Place) : null;
  } catch {
    return null;
  }
}
