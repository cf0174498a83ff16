// Owns the map of all managed ports: a strip for each range, a legend, and the card of the port that is looked at.

import { useSignal } from '@preact/signals';
import { CELL_STATES, type PortStrip as Strip } from '../port-cells.ts';
import { filter, isLoaded, strips } from '../state.ts';
import { countOf } from '../words.ts';
import { PortCard } from './port-card.tsx';
import { type Look, PortStrip } from './port-strip.tsx';

const SHOWN = ['all', 'used'] as const;

export function PortMap() {
  const look = useSignal<Look | null>(null);
  const shown = useSignal<(typeof SHOWN)[number]>('all');
  const wanted = strips.value.filter((strip) => isWanted(strip, shown.value));
  const hidden = strips.value.length - wanted.length;
  return (
    <section class="card map" aria-labelledby="map-title">
      <div class="card-head">
        <h2 id="map-title">
          Port map <span class="count">{countOf(strips.value.length, 'range')}</span>
        </h2>
        <label class="check">
          <input
            type="checkbox"
            checked={shown.value === 'used'}
            onChange={(event) => {
              shown.value = event.currentTarget.checked ? 'used' : 'all';
            }}
          />
          In use only
        </label>
      </div>
      <ul class="legend" aria-label="Legend">
        {CELL_STATES.map((state) => (
          <li key={state}>
            <span class={`swatch swatch-${state}`} aria-hidden="true" />
            {state}
          </li>
        ))}
      </ul>
      <div class="strips">
        {wanted.map((strip) => (
          <PortStrip key={strip.title} strip={strip} look={look} />
        ))}
      </div>
      {isLoaded.value && wanted.length === 0 && <p class="empty">No port of these ranges is in use.</p>}
      {hidden > 0 && wanted.length > 0 && (
        <p class="quiet map-rest">{countOf(hidden, 'range')} more not shown.</p>
      )}
      {look.value !== null && <PortCard look={look.value} />}
    </section>
  );
}

function isWanted({ title, taken }: Strip, shown: 'all' | 'used'): boolean {
  const { serviceType } = filter.value;
  if (serviceType !== null && serviceType !== title) return false;
  return shown === 'all' || taken > 0;
}
