// Owns the audit of automatic ranges: apart from all others, made with their first lease, moved and undone only unused.

import { type AutomaticRange, type DurableChange, portId } from '../../src/core/change.ts';
import type { AllocateRequest } from '../../src/core/command.ts';
import type { Lease } from '../../src/core/lease.ts';
import { blockPorts, contains, overlaps, type PortRange, rangeSize } from '../../src/core/port-range.ts';
import type { NamedRange } from '../../src/core/range-placement.ts';
import type { Refusal } from '../../src/core/refusal.ts';
import type { Auditor } from './auditor.ts';
import type { Call } from './call.ts';
import { AUTOMATIC, CATALOGUE, OWN_PORT } from './weather.ts';
import type { World } from './world.ts';

/** A decision is committed within this time (ms) after what it saw of the configuration, unless the daemon was disturbed. */
const DECISION_MS = 10_000;
/** A range that an edit takes away is gone after this time (ms), where nothing disturbs the daemon. */
const SETTLED_MS = 5000;
const LOOK_EVERY_MS = 1000;

export class RangeAudit {
  /** When a range was made, moved or undone last, in virtual ms. */
  changedAt = Number.NEGATIVE_INFINITY;
  /** As they are in the store. */
  readonly #rows = new Map<string, AutomaticRange>();
  /** What each of them was before, until when. */
  readonly #past: { readonly row: AutomaticRange; readonly until: number }[] = [];
  /** Rows that a power cut undid: the file, which no longer owes anything then, may have them. */
  readonly #lost: AutomaticRange[] = [];
  /** When each port of a range that was made had got its listener by then. */
  readonly #takenAtMaking = new Map<string, ReadonlyMap<number, number>>();
  readonly #world: World;
  readonly #auditor: Auditor;

  constructor(world: World, auditor: Auditor) {
    this.#world = world;
    this.#auditor = auditor;
    this.#watch();
  }

  /** Every range that the type had by itself at any time since then (virtual ms). */
  since(name: string, at: number): PortRange[] {
    const row = this.#rows.get(name);
    const past = this.#past.filter((entry) => entry.row.name === name && entry.until >= at);
    return [...past.map((entry) => entry.row), ...(row === undefined ? [] : [row])];
  }

  /** Judges changes that are about to be on the disk, one after the other as they were decided. */
  commits(changes: readonly DurableChange[]): void {
    for (const [at, change] of changes.entries()) {
      if (change.table !== 'range') continue;
      const { id, before, after } = change;
      const known = this.#rows.get(id) ?? null;
      this.#check(16, before?.start === known?.start, `the range of ${id} was not at ${before?.start}`);
      this.#put(id, after);
      this.#world.log(`commit range of ${id}: ${after === null ? 'gone' : `${after.start}–${after.end}`}`);
      if (after !== null) this.#judgePlace(after);
      const isOverrun = before !== null && this.#isOverrun(before);
      if (after !== null && (before === null || isOverrun)) this.#judgeMade(after, changes.slice(at));
      if (before !== null && !isOverrun && !(after === null && this.#isPutElsewhere(before)))
        this.#judgeLeft(before, after);
    }
  }

  /** A power cut undid these. */
  undo(changes: readonly DurableChange[]): void {
    for (const change of changes) {
      if (change.table !== 'range') continue;
      if (change.before !== null) this.#lost.push(change.before);
      this.#put(change.id, change.after);
    }
  }

  /** Judges what somebody was told of a range that was made for them. */
  answered(call: Call, made: NamedRange): void {
    const isKnown = this.since(made.name, call.firstAt).some(
      ({ start, end }) => start === made.start && end === made.end,
    );
    this.#check(4, isKnown, `the range of ${made.name} was answered before it was durable`);
    for (const [port, since] of this.#takenAtMaking.get(placeOf(made)) ?? [])
      this.#check(
        16,
        since >= call.firstAt,
        `the range of ${made.name} was made over ${port}, which is taken`,
      );
  }

  /** Judges the refusal of a range. */
  judgeRefusal(call: Call, { serviceType, count }: AllocateRequest, isClear: boolean): void {
    if (!isClear || Math.max(this.changedAt, this.#world.configuration.changedAt) >= call.firstAt) return;
    const { bounds } = AUTOMATIC.policy;
    const size = Math.max(AUTOMATIC.ruleOf(serviceType).size, count);
    for (let start = bounds.start; start + size - 1 <= bounds.end; start++) {
      const place = { name: serviceType, start, end: start + size - 1 };
      const hasRoom =
        this.#obstacle(place, this.#configured()) === null && this.#wasFree(place, call.firstAt);
      this.#check(13, !hasRoom, `no range was made for ${serviceType}, but ${start}–${place.end} was free`);
    }
  }

  judgeUndo(call: Call, name: string, refusal: Refusal | null): void {
    const wasThere = this.since(name, call.firstAt).length > 0;
    if (refusal === null) {
      const isGone = this.#past.some(({ row, until }) => row.name === name && until >= call.firstAt);
      this.#check(16, isGone, `the range of ${name} was undone and is there`);
    } else if (refusal.code === 'NOT_FOUND') {
      const isThere = wasThere && this.changedAt < call.firstAt;
      this.#check(16, !isThere, `the range of ${name} was not found`);
    } else {
      const isUsed = [...this.#auditor.records.values()].some(
        ({ lease, endedAt }) => lease.serviceType === name && (endedAt ?? call.firstAt) >= call.firstAt,
      );
      this.#check(16, isUsed && refusal.code === 'LEASE_IN_USE', `${name}, unused, was not undone`);
    }
  }

  #watch(): void {
    this.#world.timeline.after(LOOK_EVERY_MS, () => {
      this.#watch();
      this.#judgeStaying();
    });
  }

  /** A range whose type a user gives another place goes, also under its leases. */
  #judgeStaying(): void {
    const { now, healthySince } = this.#auditor;
    const { catalogue, editedAt } = this.#world.configuration;
    if (healthySince === null || healthySince > editedAt || now - editedAt < SETTLED_MS) return;
    const [before] = this.#world.configuration.since(editedAt);
    for (const row of this.#rows.values()) {
      // The file knew it: what is not written down yet is not the configuration's business.
      const known = before?.serviceTypes.get(row.name)?.range;
      const place = catalogue.serviceTypes.get(row.name)?.range;
      if (place === undefined || !isAt(row, known) || isAt(row, place)) continue;
      this.#check(16, false, `the range of ${row.name} stays at ${row.start} and was put at ${place.start}`);
    }
  }

  #put(name: string, row: AutomaticRange | null): void {
    const { now } = this.#auditor;
    const known = this.#rows.get(name);
    if (known !== undefined) {
      this.#past.push({ row: known, until: now });
      this.#auditor.answers.allocations.rangeLeft(known);
    }
    if (row === null) this.#rows.delete(name);
    else this.#rows.set(name, row);
    this.changedAt = now;
  }

  #judgePlace(row: AutomaticRange): void {
    const { configuration } = this.#world;
    // A user may have edited the file while the decision was on its way.
    const now = this.#auditor.now;
    const isSettled = Math.max(configuration.editedAt, this.#auditor.disturbedAt) < now - DECISION_MS;
    // The file follows a moment after a range was moved or undone, and may have been kept from it.
    const configured = this.#configured().filter(
      ({ name, start }) => !this.#past.some((entry) => entry.row.name === name && entry.row.start === start),
    );
    const obstacle = this.#obstacle(row, isSettled ? configured : []);
    this.#check(16, obstacle === null, `${row.start}–${row.end} of ${row.name} ${obstacle}`);
    const { bounds } = AUTOMATIC.policy;
    const least = AUTOMATIC.ruleOf(row.name).preferredStart ?? bounds.start;
    const isWithin = row.start >= Math.min(least, bounds.start) && row.end <= bounds.end;
    this.#check(16, isWithin, `${row.start}–${row.end} of ${row.name} is out of bounds`);
    for (const { lease, bornAt } of this.#auditor.live()) {
      const isOver = bornAt < now && leasePorts(lease).some((port) => contains(row, port));
      this.#check(16, !isOver, `${row.start}–${row.end} of ${row.name} lies over lease ${lease.lockId}`);
    }
  }

  /** Range and lease are one transaction. */
  #judgeMade(row: AutomaticRange, withIt: readonly DurableChange[]): void {
    const { machine } = this.#world;
    const hasLease = withIt.some(
      ({ table, before, after }) =>
        table === 'lease' && before === null && (after as Lease | null)?.serviceType === row.name,
    );
    this.#check(16, hasLease, `the range of ${row.name} was made without a lease`);
    const least = AUTOMATIC.ruleOf(row.name).size;
    this.#check(16, rangeSize(row) >= least, `the range of ${row.name} has fewer than ${least} ports`);
    const taken = new Map<number, number>();
    for (const port of portsOf(row))
      for (const { since } of [...machine.socketsOn('tcp', port), ...machine.socketsOn('udp', port)])
        taken.set(port, Math.min(since, taken.get(port) ?? since));
    this.#takenAtMaking.set(placeOf(row), taken);
  }

  /** Whether a configured range of another type was laid over it lately, so that its type needs a new one. */
  #isOverrun(row: AutomaticRange): boolean {
    const { configuration } = this.#world;
    return configuration
      .since(this.#auditor.now - DECISION_MS)
      .some(({ serviceTypes }) =>
        [...serviceTypes.values()].some(({ name, range }) => name !== row.name && overlaps(range, row)),
      );
  }

  /**
   * Whether a user gave its type another place lately, which is what counts then. A former place of its own is none, which
   * the file has to follow whenever a daemon dies, unless the power failed.
   */
  #isPutElsewhere(row: AutomaticRange): boolean {
    const places = this.#world.configuration.rangesSince(row.name, this.#auditor.now - DECISION_MS);
    const past = this.#past.map((entry) => entry.row).filter(({ name }) => name === row.name);
    const own = past.filter(
      (known) => !this.#lost.some((lost) => lost.name === row.name && isAt(lost, known)),
    );
    return places.some((place) => ![row, ...own].some((known) => isAt(known, place)));
  }

  /** Whether somebody took it out of the configuration, which had it, and has not put its type back for long. */
  #isTakenOut(row: AutomaticRange): boolean {
    const { configuration } = this.#world;
    const places = configuration.rangesSince(row.name, Number.NEGATIVE_INFINITY);
    const lately = configuration.since(this.#auditor.now - DECISION_MS);
    return (
      places.some((place) => isAt(row, place)) &&
      lately.some(({ serviceTypes }) => !serviceTypes.has(row.name))
    );
  }

  /** A range is moved or undone by somebody's wish alone, and has no lease then. */
  #judgeLeft(before: AutomaticRange, after: AutomaticRange | null): void {
    const { answers, now } = this.#auditor;
    const { name } = before;
    const isWished =
      after === null
        ? answers.undoUnderWay(name) !== null || this.#isTakenOut(before)
        : answers.isConsolidating();
    this.#check(16, isWished, `the range of ${name} was ${after === null ? 'undone' : 'moved'} by nobody`);
    // Those that are near their relatives, or made from above, may come nearer to them from below.
    if (after !== null && AUTOMATIC.ruleOf(name).placement === 'after')
      this.#check(16, after.start < before.start, `the range of ${name} was moved up to ${after.start}`);
    for (const { lease, bornAt } of this.#auditor.live()) {
      const isLeft = bornAt < now && lease.serviceType === name;
      this.#check(16, !isLeft, `the range of ${name} went away under its lease ${lease.lockId}`);
    }
  }

  #configured(): NamedRange[] {
    const types = [...this.#world.configuration.catalogue.serviceTypes.values()];
    return types.map(({ name, range }) => ({ name, ...range }));
  }

  /** What keeps a range from this place, or null. */
  #obstacle(place: NamedRange, configured: readonly NamedRange[]): string | null {
    const { gap, avoided } = AUTOMATIC.policy;
    const others: NamedRange[] = [...this.#rows.values(), ...configured];
    for (const { name, start, end } of others) {
      if (name === place.name || start - gap > place.end || end + gap < place.start) continue;
      return `is not ${gap} ports away from ${start}–${end} of ${name}`;
    }
    const bad = portsOf(place).find(
      (port) => avoided.has(port) || port === OWN_PORT || CATALOGUE.browserBlocked.has(port),
    );
    return bad === undefined ? null : `holds ${bad}, which nobody is granted`;
  }

  /** Whether nobody listened there and no lease was there since then (virtual ms). */
  #wasFree(place: PortRange, since: number): boolean {
    return portsOf(place).every(
      (port) =>
        this.#world.machine.wasFreeSince('tcp', port, since) &&
        this.#world.machine.wasFreeSince('udp', port, since) &&
        !this.#world.disk.quarantines.has(portId('tcp', port)) &&
        !this.#world.disk.quarantines.has(portId('udp', port)) &&
        !this.#auditor.isLeasedSince('tcp', port, since) &&
        !this.#auditor.isLeasedSince('udp', port, since),
    );
  }

  #check(invariant: number, holds: boolean, message: string): void {
    if (!holds) this.#world.violation(invariant, message);
  }
}

function portsOf(range: PortRange): number[] {
  return blockPorts(range.start, rangeSize(range));
}

function leasePorts({ port, count }: Lease): number[] {
  return blockPorts(port, count);
}

function isAt({ start, end }: PortRange, place: PortRange | undefined): boolean {
  return place?.start === start && place.end === end;
}

function placeOf({ name, start }: NamedRange): string {
  return `${name}:${start}`;
}
