// Owns the judgement of an autostart, layer by layer: what is there, what is missing, and what to do about it. Pure.

import { basename } from 'node:path';
import type { AutostartPlace } from '../client/autostart-place.ts';
import type { FileState } from './installed-file.ts';
import { spanUs, type UnitState } from './unit-state.ts';

/** `ok` works, `off` is not there and need not be, `trouble` needs a hand. */
export type LayerState = 'ok' | 'off' | 'trouble';

export interface Layer {
  readonly name: string;
  readonly state: LayerState;
  readonly detail: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

export interface Sight {
  readonly place: AutostartPlace;
  /** By path. */
  readonly files: ReadonlyMap<string, FileState>;
  /** Programs that the installed files name and that are not there; null where that is not known. */
  readonly missingPrograms: readonly string[] | null;
  /** Null where the supervisor cannot be reached. */
  readonly units: ReadonlyMap<string, UnitState> | null;
  /** Why it cannot be reached, and what to do about it. */
  readonly unreachable: { readonly detail: string; readonly remedy: string };
  /** Whether the user's manager runs without a login; null where that is not known. */
  readonly lingers: boolean | null;
  /** The daemon that answers, by whomever it was started. */
  readonly daemon: { readonly pid: number; readonly version: string } | null;
  /** The monotonic clock in microseconds. */
  readonly nowUs: number;
}

const INSTALL = '`styxy autostart install`';

export function isInstalled({ files }: Pick<Sight, 'files'>): boolean {
  return [...files.values()].some((state) => state !== 'missing' && state !== 'foreign');
}

/** All layers from the files up to the daemon. Without an installation: the files and the daemon alone. */
export function layersOf(sight: Sight): readonly Layer[] {
  const files = filesLayer(sight);
  const daemon = daemonLayer(sight);
  if (!isInstalled(sight)) return [files, daemon];
  if (sight.place.kind !== 'systemd' || sight.units === null) {
    return [files, supervisorLayer(sight), daemon];
  }
  return [
    files,
    supervisorLayer(sight),
    ...socketLayer(sight),
    serviceLayer(sight),
    watchdogLayer(sight),
    checkLayer(sight),
    lingerLayer(sight),
    daemon,
  ];
}

function filesLayer({ files, missingPrograms }: Sight): Layer {
  const odd = [...files].filter(([, state]) => state !== 'current');
  const name = 'files';
  if (odd.length === 0 && (missingPrograms ?? []).length === 0)
    return ok(name, `${files.size} as they should be`);
  if (odd.length === files.size && odd.every(([, state]) => state === 'missing'))
    return {
      name,
      state: 'off',
      detail: 'not installed',
      remedy: `${INSTALL} has the system start the daemon`,
    };
  if (missingPrograms !== null && missingPrograms.length > 0)
    return trouble(name, `${missingPrograms.join(' and ')} is not there any more`, INSTALL);
  // Whoever has several Nodes sees this from each but one of them, and all is well.
  if (missingPrograms !== null && odd.every(([, state]) => state === 'outdated')) {
    const remedy = `${INSTALL} makes it those of this command`;
    return { name, state: 'ok', detail: 'for another Node, version or setting, which is there', remedy };
  }
  const detail = odd.map(([path, state]) => `${basename(path)} is ${WORDS[state]}`).join(', ');
  const isByHand = odd.some(([, state]) => state === 'edited' || state === 'foreign');
  const remedy = isByHand ? `move your changes elsewhere, then ${INSTALL}` : INSTALL;
  return trouble(name, detail, remedy);
}

const WORDS: Readonly<Record<FileState, string>> = {
  missing: 'missing',
  current: 'as it should be',
  outdated: 'of another version or for other paths',
  edited: 'changed by hand',
  foreign: 'not ours',
};

function supervisorLayer({ place, units, unreachable }: Sight): Layer {
  const name = place.kind;
  return units === null ? trouble(name, unreachable.detail, unreachable.remedy) : ok(name, 'reachable');
}

function socketLayer({ place, units, files }: Sight): readonly Layer[] {
  const isPlanned = [...files.keys()].some((path) => path.endsWith('.socket'));
  if (place.socket === null || !isPlanned) {
    const detail = 'the home’s path is too long for it; the daemon makes its own';
    return [{ name: 'socket', state: 'off', detail, remedy: null }];
  }
  return [unitLayer('socket', units?.get(place.socket), 'listens')];
}

function serviceLayer({ place, units }: Sight): Layer {
  const unit = units?.get(place.daemon);
  const restarts = Number(unit?.NRestarts ?? 0);
  const said =
    restarts === 0 ? '' : `, started again ${restarts === 1 ? 'once' : `${restarts} times`} by itself`;
  return unitLayer('service', unit, `runs, pid ${unit?.MainPID}${said}`);
}

function watchdogLayer({ place, units, nowUs }: Sight): Layer {
  const unit = units?.get(place.daemon);
  const name = 'watchdog';
  const termUs = spanUs(unit?.WatchdogUSec);
  if (unit?.ActiveState !== 'active') return { name, state: 'off', detail: 'nothing to watch', remedy: null };
  if (termUs === null || termUs === 0)
    return {
      name,
      state: 'off',
      detail: 'systemd-notify is not there, so that it cannot hear the daemon',
      remedy: null,
    };
  const lastUs = Number(unit.WatchdogTimestampMonotonic ?? 0);
  const ageSeconds = Math.max(0, Math.round((nowUs - lastUs) / 1e6));
  const detail = `last heard ${ageSeconds} s ago, may be silent for ${Math.round(termUs / 1e6)} s`;
  return ok(name, detail);
}

function checkLayer({ place, units, nowUs }: Sight): Layer {
  const name = 'check';
  const timer = place.timer === null ? undefined : units?.get(place.timer);
  const next = spanUs(timer?.NextElapseUSecMonotonic);
  const seconds = next === null ? null : Math.round((next - nowUs) / 1e6);
  const when = seconds === null || seconds < 0 ? '' : `, next in ${seconds} s`;
  const layer = unitLayer(name, timer, `every five minutes${when}`);
  const last = units?.get(place.check);
  if (layer.state !== 'ok' || last?.Result === undefined || last.Result === 'success') return layer;
  return trouble(
    name,
    `the last look failed (${last.Result})`,
    `\`journalctl --user -u ${place.check}\` says why`,
  );
}

function lingerLayer({ lingers }: Sight): Layer {
  const name = 'without a login';
  if (lingers === true) return ok(name, 'runs from the start of the machine on');
  const remedy = '`loginctl enable-linger` keeps it running without one';
  const detail = lingers === null ? 'unknown' : 'begins and ends with your sessions';
  return { name, state: 'off', detail, remedy: lingers === null ? null : remedy };
}

function daemonLayer({ place, units, daemon, files }: Sight): Layer {
  const name = 'daemon';
  if (daemon === null) {
    const detail = 'does not answer';
    return isInstalled({ files })
      ? trouble(name, detail, '`styxy daemon start` starts it and says what is in its way')
      : { name, state: 'off', detail: 'none runs', remedy: 'the next command starts one' };
  }
  const detail = `answers: version ${daemon.version}, pid ${daemon.pid}`;
  const pid = units?.get(place.daemon)?.MainPID;
  if (pid === undefined || pid === String(daemon.pid)) return ok(name, detail);
  return trouble(
    name,
    `${detail}, but was not started by the autostart`,
    '`styxy daemon restart` hands it over',
  );
}

function unitLayer(name: string, unit: UnitState | undefined, works: string): Layer {
  if (unit === undefined) return trouble(name, 'unknown', null);
  if (unit.LoadState !== 'loaded')
    return trouble(name, `systemd does not know it (${unit.LoadState})`, INSTALL);
  if (unit.ActiveState !== 'active') {
    const hasFailed = unit.Result !== undefined && unit.Result !== 'success';
    const detail = hasFailed ? `${unit.ActiveState}, ${unit.Result}` : (unit.ActiveState ?? 'unknown');
    const log = hasFailed ? `; \`journalctl --user -u ${unit.Id}\` says why` : '';
    return trouble(name, detail, `\`styxy daemon start\` starts it${log}`);
  }
  if (unit.UnitFileState !== 'enabled')
    return trouble(
      name,
      `${works}, but is not enabled (${unit.UnitFileState}): it does not begin with the session`,
      INSTALL,
    );
  return ok(name, works);
}

function ok(name: string, detail: string): Layer {
  return { name, state: 'ok', detail, remedy: null };
}

function trouble(name: string, detail: string, remedy: string | null): Layer {
  return { name, state: 'trouble', detail, remedy };
}
