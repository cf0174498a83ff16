// Owns the table of the leases: thousands of them, of which those in sight are drawn.

import { useEffect, useRef, useState } from 'preact/hooks';
import { isEverything, type SortKey } from '../filter.ts';
import { rowWindow } from '../row-window.ts';
import { allLeases, filter, isLoaded, shownLeases, sorting } from '../state.ts';
import { countOf } from '../words.ts';
import { LeaseRow } from './lease-row.tsx';

const COLUMNS: readonly { readonly key: SortKey | null; readonly title: string }[] = [
  { key: 'port', title: 'Port' },
  { key: 'service', title: 'Service' },
  { key: 'project', title: 'Project' },
  { key: 'session', title: 'Session' },
  { key: null, title: 'Process' },
  { key: 'state', title: 'State' },
  { key: 'age', title: 'Age' },
  { key: null, title: 'Actions' },
];

/** Rows of a narrow page are cards, and higher; `table.css` has the same. */
const NARROW = '(max-width: 899px)';
const ROW_PX = 54;
const CARD_PX = 112;

export function LeaseTable() {
  const box = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(480);
  const [isNarrow, setNarrow] = useState(matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const onChange = (): void => setNarrow(media.matches);
    const observer = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 0));
    media.addEventListener('change', onChange);
    if (box.current !== null) observer.observe(box.current);
    return () => {
      media.removeEventListener('change', onChange);
      observer.disconnect();
    };
  }, []);
  const { value: rows } = shownLeases;
  const rowPx = isNarrow ? CARD_PX : ROW_PX;
  const { from, to } = rowWindow(scrollTop, height, rowPx, rows.length);
  return (
    <section class="card leases" id="leases" aria-labelledby="leases-title" tabIndex={-1}>
      <h2 id="leases-title">
        Leases <span class="count">{countOf(rows.length, 'lease')}</span>
      </h2>
      <div class="table" role="table" aria-labelledby="leases-title" aria-rowcount={rows.length + 1}>
        <Head />
        <div
          ref={box}
          class="table-body"
          role="rowgroup"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
          tabIndex={0}
          aria-label="Rows"
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        >
          <div role="presentation" style={{ height: `${rows.length * rowPx}px` }} class="table-space">
            {rows.slice(from, to).map((lease, index) => (
              <LeaseRow key={lease.lock_id} lease={lease} index={from + index} top={(from + index) * rowPx} />
            ))}
          </div>
        </div>
      </div>
      {rows.length === 0 && <Empty />}
    </section>
  );
}

function Head() {
  const { key: sorted, isDescending } = sorting.value;
  return (
    <div role="rowgroup">
      <div class="row row-head" role="row" aria-rowindex={1} tabIndex={-1}>
        {COLUMNS.map(({ key, title }) => (
          <div
            key={title}
            class={`cell cell-${title.toLowerCase()}`}
            role="columnheader"
            tabIndex={-1}
            aria-sort={
              key === null ? undefined : key !== sorted ? 'none' : isDescending ? 'descending' : 'ascending'
            }
          >
            {key === null ? (
              <span>{title}</span>
            ) : (
              <button type="button" class="sort" onClick={() => sortBy(key)}>
                {title}
                <span aria-hidden="true">{key !== sorted ? '' : isDescending ? ' ↓' : ' ↑'}</span>
              </button>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function sortBy(key: SortKey): void {
  const { value } = sorting;
  sorting.value = { key, isDescending: value.key === key && !value.isDescending };
}

function Empty() {
  if (!isLoaded.value) return <p class="empty">Loading…</p>;
  if (allLeases.value.length > 0 && !isEverything(filter.value))
    return <p class="empty">No lease is like that.</p>;
  return (
    <p class="empty">
      No port is leased. <code>styxy run -- npm run dev</code> starts a server on one of its own.
    </p>
  );
}
