// Owns one row of the table: a lease, where it belongs, and what can be done with it.

import type { LeaseJson } from '../../api/schemas.ts';
import { branchOf, dialog, listenerAt, now } from '../state.ts';
import { baseName, duration, parentOf, plain, portsOf } from '../words.ts';
import { StateBadge } from './state-badge.tsx';

interface RowProps {
  readonly lease: LeaseJson;
  /** Among all rows, from 0. */
  readonly index: number;
  /** In px. */
  readonly top: number;
}

export function LeaseRow({ lease, index, top }: RowProps) {
  const { port, ports, protocol, service_name: name, service_type: type, singleton, url } = lease;
  const age = duration(now.value - Date.parse(lease.allocated_at));
  return (
    <div
      class={`row row-${lease.state}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <Cell name="port">
        <span class="port">{portsOf(ports)}</span>
        {protocol === 'udp' && <span class="tag">UDP</span>}
      </Cell>
      <Cell name="service">
        <bdi class="strong">{plain(name ?? type)}</bdi>
        <span class="quiet">
          {type}
          {singleton && <span class="tag">singleton</span>}
        </span>
      </Cell>
      <Cell name="project">
        <Project path={lease.project_path} />
      </Cell>
      <Cell name="session">
        {lease.instance_id === null ? <span class="quiet">–</span> : <bdi>{plain(lease.instance_id)}</bdi>}
      </Cell>
      <Cell name="process">
        <Process lease={lease} />
      </Cell>
      <Cell name="state">
        <StateBadge lease={lease} />
      </Cell>
      <Cell name="age">
        <time dateTime={lease.allocated_at} title={new Date(lease.allocated_at).toLocaleString()}>
          {age}
        </time>
      </Cell>
      <Cell name="actions">
        {isPage(url) && lease.state === 'active' && (
          <a class="button button-small" href={url} target="_blank" rel="noopener noreferrer">
            Open<span class="visually-hidden"> port {port} in a new tab</span>
          </a>
        )}
        {lease.orphan && (
          <button
            type="button"
            class="button button-small button-danger"
            onClick={() => {
              dialog.value = { kind: 'end-orphan', lease };
            }}
          >
            End<span class="visually-hidden"> the orphan on port {port}</span>
          </button>
        )}
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            dialog.value = { kind: 'release', lease };
          }}
        >
          Release<span class="visually-hidden"> port {port}</span>
        </button>
      </Cell>
    </div>
  );
}

function Cell({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div class={`cell cell-${name}`} role="cell">
      {children}
    </div>
  );
}

function Project({ path }: { readonly path: string | null }) {
  if (path === null) return <span class="quiet">–</span>;
  const branch = branchOf(path);
  return (
    <>
      <bdi class="strong" title={plain(path)}>
        {baseName(path)}
      </bdi>
      <bdi class="quiet">{branch === null ? parentOf(path) : `⎇ ${plain(branch)}`}</bdi>
    </>
  );
}

function Process({ lease }: { readonly lease: LeaseJson }) {
  const listener = listenerAt.value.get(`${lease.protocol}:${lease.port}`);
  const pid = listener?.pid ?? lease.pid;
  if (listener === undefined && pid === null) return <span class="quiet">–</span>;
  const name = listener?.process ?? listener?.container ?? null;
  return (
    <>
      <bdi class="strong" title={listener?.command === null ? undefined : plain(listener?.command ?? '')}>
        {name === null ? (listener === undefined ? 'holder' : 'unknown') : plain(name)}
      </bdi>
      {pid !== null && <span class="quiet">pid {pid}</span>}
    </>
  );
}

/** The address of a lease is made by the daemon; nothing else than a page is ever linked. */
function isPage(url: string | null): url is string {
  return url?.startsWith('http://') === true;
}
