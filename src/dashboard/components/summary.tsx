// Owns the counts at the top, each of which narrows what is shown.

import { hasState, type StateChoice } from '../filter.ts';
import { allLeases, filter, instances, isLoaded, narrow } from '../state.ts';

const TILES: readonly { readonly state: StateChoice; readonly title: string }[] = [
  { state: 'active', title: 'Active' },
  { state: 'reserved', title: 'Reserved' },
  { state: 'idle', title: 'Idle' },
  { state: 'hijacked', title: 'Hijacked' },
  { state: 'orphan', title: 'Orphans' },
  { state: 'singleton', title: 'Singletons' },
];

export function Summary() {
  const { value: leases } = allLeases;
  const chosen = filter.value.state;
  const show = (count: number): string => (isLoaded.value ? count.toLocaleString('en') : '–');
  return (
    <section class="summary" aria-label="Leases by state">
      <button
        type="button"
        class="tile"
        aria-pressed={chosen === null}
        onClick={() => narrow({ state: null })}
      >
        <span class="tile-count">{show(leases.length)}</span>
        <span class="tile-title">Leases</span>
      </button>
      {TILES.map(({ state, title }) => {
        const count = leases.filter((lease) => hasState(lease, state)).length;
        return (
          <button
            key={state}
            type="button"
            class={`tile tile-${state} ${count === 0 ? 'tile-empty' : ''}`}
            aria-pressed={chosen === state}
            onClick={() => narrow({ state: chosen === state ? null : state })}
          >
            <span class="tile-count">{show(count)}</span>
            <span class="tile-title">
              <span class={`swatch swatch-${state}`} aria-hidden="true" />
              {title}
            </span>
          </button>
        );
      })}
      <div class="tile tile-still">
        <span class="tile-count">{show(instances.value.length)}</span>
        <span class="tile-title">Sessions</span>
      </div>
    </section>
  );
}
