// Owns the list of the singletons: services of which the machine runs one.

import { allLeases } from '../state.ts';
import { baseName, plain, portsOf } from '../words.ts';
import { StateBadge } from './state-badge.tsx';

export function Singletons() {
  const singletons = allLeases.value.filter(({ singleton }) => singleton);
  return (
    <section class="card" aria-labelledby="singletons-title">
      <h2 id="singletons-title">
        Singletons <span class="count">{singletons.length.toLocaleString('en')}</span>
      </h2>
      {singletons.length === 0 ? (
        <p class="empty">None of the services that the machine runs once is leased.</p>
      ) : (
        <ul class="list">
          {singletons.map((lease) => (
            <li key={lease.lock_id} class="list-item list-item-still">
              <span class="list-main">
                <bdi class="strong">{plain(lease.service_name ?? lease.service_type)}</bdi>
                <bdi class="quiet">
                  {lease.project_path === null ? 'no project' : `of ${baseName(lease.project_path)}`}
                </bdi>
              </span>
              <span class="list-side">
                <span class="port">{portsOf(lease.ports)}</span>
                <StateBadge lease={lease} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
