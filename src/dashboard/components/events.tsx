// Owns the list of what happens, as it happens.

import { useSignal } from '@preact/signals';
import { eventWords, isConflict } from '../event-words.ts';
import { events, type ShownEvent } from '../state.ts';
import { timeOfDay } from '../words.ts';
import { ScrollBox } from './scroll-box.tsx';

const MAX_SHOWN = 120;

export function Events() {
  const onlyConflicts = useSignal(false);
  const shown = (onlyConflicts.value ? events.value.filter(isConflict) : events.value).slice(0, MAX_SHOWN);
  const conflicts = events.value.filter(isConflict).length;
  return (
    <section class="card" aria-labelledby="events-title">
      <div class="card-head">
        <h2 id="events-title">Events</h2>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyConflicts.value}
            onChange={(event) => {
              onlyConflicts.value = event.currentTarget.checked;
            }}
          />
          Conflicts only ({conflicts})
        </label>
      </div>
      {shown.length === 0 ? (
        <p class="empty">{onlyConflicts.value ? 'No conflict.' : 'Nothing happened yet.'}</p>
      ) : (
        <ScrollBox label="Events, the newest first">
          <ol class="events">
            {shown.map((event) => (
              <Line key={keyOf(event)} event={event} />
            ))}
          </ol>
        </ScrollBox>
      )}
    </section>
  );
}

function Line({ event }: { readonly event: ShownEvent }) {
  const { what, subject, rest, weight } = eventWords(event);
  return (
    <li class={`event event-${weight}`}>
      <time dateTime={event.at}>{timeOfDay(event.at)}</time>
      <span class="event-what">{what}</span> <bdi class="strong">{subject}</bdi>{' '}
      <bdi class="quiet">{rest}</bdi>
    </li>
  );
}

function keyOf(event: ShownEvent): string {
  return 'seq' in event ? `a${event.seq}` : `s${event.number}`;
}
