// Owns the list of the instances: sessions, terminals and checkouts that hold leases.

import type { InstanceJson } from '../../api/schemas-instance.ts';
import { filter, instances, narrow, now } from '../state.ts';
import { baseName, countOf, duration, plain } from '../words.ts';
import { ScrollBox } from './scroll-box.tsx';

export function Instances() {
  const { value } = instances;
  return (
    <section class="card" aria-labelledby="instances-title">
      <h2 id="instances-title">
        Sessions <span class="count">{value.length.toLocaleString('en')}</span>
      </h2>
      {value.length === 0 ? (
        <p class="empty">No agent session or terminal is registered.</p>
      ) : (
        <ScrollBox label="Sessions">
          <ul class="list">
            {value.map((instance) => (
              <Line key={instance.instance_id} instance={instance} />
            ))}
          </ul>
        </ScrollBox>
      )}
    </section>
  );
}

function Line({ instance }: { readonly instance: InstanceJson }) {
  const {
    instance_id: id,
    working_directory: dir,
    branch,
    stale,
    leases,
    last_seen_at: seen,
    template,
  } = instance;
  const isChosen = filter.value.instanceId === id;
  const place = [
    dir === null ? null : baseName(dir),
    branch === null ? null : `⎇ ${plain(branch)}`,
    template,
  ];
  return (
    <li>
      <button
        type="button"
        class="list-item"
        aria-pressed={isChosen}
        onClick={() => narrow({ instanceId: isChosen ? null : id })}
      >
        <span class="list-main">
          <bdi class="strong">{plain(id)}</bdi>
          {stale && <span class="tag tag-bad">stale</span>}
          <bdi class="quiet">{place.filter((part) => part !== null).join(' · ')}</bdi>
        </span>
        <span class="list-side">
          {countOf(leases, 'lease')}
          <span class="quiet">{duration(now.value - Date.parse(seen))} ago</span>
        </span>
      </button>
    </li>
  );
}
