// Owns what is said of a port of the map: its facts for the card beside it, one sentence for who hears it.

import type { PortCell } from './port-cells.ts';
import { baseName, duration, plain } from './words.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface CellWords {
  /** Such as `3000 · active`. */
  readonly title: string;
  /** What the state means here, in a sentence. */
  readonly meaning: string;
  readonly facts: readonly Fact[];
}

const MEANING: Readonly<Record<PortCell['state'], string>> = {
  free: 'Nobody has it.',
  avoided: 'It is never granted for TCP.',
  quarantined: 'It rests, and is granted to nobody but its last holder.',
  foreign: 'A program listens that has no lease.',
  reserved: 'It is leased, and nobody listened yet.',
  idle: 'It is leased; its server went away.',
  active: 'It is leased, and its server listens.',
  hijacked: 'It is leased, and a stranger listens.',
};

export interface CellContext {
  /** Wall clock in epoch ms. */
  readonly now: number;
  readonly branchOf: (projectPath: string) => string | null;
}

export function wordsOf(cell: PortCell, { now, branchOf }: CellContext): CellWords {
  const facts: Fact[] = [];
  const add = (label: string, value: string | null): void => {
    if (value !== null) facts.push({ label, value: plain(value) });
  };
  const isOrphan = cell.leases.some(({ orphan }) => orphan);
  for (const lease of cell.leases) {
    const { service_name: name, service_type: type, project_path: project } = lease;
    add('service', `${name ?? 'no name'} (${type}${lease.protocol === 'udp' ? ', UDP' : ''})`);
    if (project !== null) {
      add('project', baseName(project));
      add('branch', branchOf(project));
    }
    add('session', lease.instance_id);
    add('holder', lease.pid === null ? null : `pid ${lease.pid}`);
    add('leased', `${duration(now - Date.parse(lease.allocated_at))} ago`);
    if (lease.drift.length > 0) add('listens on', lease.drift.join(', '));
  }
  for (const { pid, process, command, container, protocol } of cell.listeners) {
    const who = process ?? container ?? 'unknown process';
    add(protocol === 'udp' ? 'UDP socket' : 'listener', pid === null ? who : `${who} (pid ${pid})`);
    if (command !== null && command !== process) add('command', command.slice(0, 120));
  }
  for (const { until, protocol } of cell.resting)
    add('rests', `${duration(Date.parse(until) - now)} more${protocol === 'udp' ? ', UDP' : ''}`);
  return {
    title: `${cell.port} · ${cell.state}`,
    meaning: isOrphan ? 'Its holder is gone, and its server still listens.' : MEANING[cell.state],
    facts,
  };
}

/** The same in one line. */
export function sentenceOf({ title, meaning, facts }: CellWords): string {
  return `${title.replace(' · ', ', ')}. ${meaning} ${facts.map(({ label, value }) => `${label} ${value}`).join(', ')}`.trim();
}
