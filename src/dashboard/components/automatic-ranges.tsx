// Owns the list of the automatic ranges: types that got ports of their own at their first request.

import { allLeases, filter, narrow, overview } from '../state.ts';
import { countOf, plain } from '../words.ts';

export function AutomaticRanges() {
  const ranges = overview.value.ranges.filter(({ automatic }) => automatic);
  return (
    <section class="card" aria-labelledby="automatic-title">
      <h2 id="automatic-title">
        Automatic ranges <span class="count">{ranges.length.toLocaleString('en')}</span>
      </h2>
      {ranges.length === 0 ? (
        <p class="empty">No unknown service type has asked for a port.</p>
      ) : (
        <ul class="list">
          {ranges.map(({ service_type: type, start, end }) => {
            const isChosen = filter.value.serviceType === type;
            const leases = allLeases.value.filter((lease) => lease.service_type === type).length;
            return (
              <li key={type}>
                <button
                  type="button"
                  class="list-item"
                  aria-pressed={isChosen}
                  onClick={() => narrow({ serviceType: isChosen ? null : type })}
                >
                  <span class="list-main">
                    <bdi class="strong">{plain(type)}</bdi>
                    <span class="quiet">
                      {start}–{end}
                    </span>
                  </span>
                  <span class="list-side">{countOf(leases, 'lease')}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
