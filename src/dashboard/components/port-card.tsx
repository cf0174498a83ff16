// Owns the card beside the port that is looked at: what it is, whose it is, who listens.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { wordsOf } from '../cell-words.ts';
import { branchOf, now } from '../state.ts';
import type { Look } from './port-strip.tsx';

/** From the edge of the window, and from the cell, in px. */
const MARGIN = 10;

export function PortCard({ look }: { readonly look: Look }) {
  const card = useRef<HTMLDivElement>(null);
  const { title, meaning, facts } = wordsOf(look.cell, { now: now.value, branchOf });
  useLayoutEffect(() => {
    const { current: element } = card;
    if (element === null) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const { left, top, bottom } = look.rect;
    const isBelow = bottom + MARGIN + height < innerHeight;
    const x = Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN));
    const y = isBelow ? bottom + MARGIN : Math.max(MARGIN, top - height - MARGIN);
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }, [look]);
  return (
    // The slider says the same to who cannot see it.
    <div ref={card} class="port-card" aria-hidden="true">
      <div class="port-card-title">
        <span class={`swatch swatch-${look.cell.state}`} />
        {title}
      </div>
      <p>{meaning}</p>
      {facts.length > 0 && (
        <dl>
          {facts.map(({ label, value }) => (
            <div key={`${label} ${value}`}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
