// Owns the strip of one range: its cells on a canvas, explored by the pointer or, as a slider, by keys.

import type { Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type CellLayout, cellAt, layoutOf, placeOf, stepTo } from '../cell-layout.ts';
import { sentenceOf, wordsOf } from '../cell-words.ts';
import { colourReader, drawCells } from '../draw-cells.ts';
import { EVERYTHING, isEverything, matcher } from '../filter.ts';
import type { PortCell, PortStrip as Strip } from '../port-cells.ts';
import { branchOf, filter, narrow, now } from '../state.ts';
import { paint } from '../theme.ts';
import { plain } from '../words.ts';

/** The port that is looked at, and where its cell is, in px of the window. */
export interface Look {
  readonly title: string;
  readonly port: number;
  readonly cell: PortCell;
  readonly rect: { readonly left: number; readonly top: number; readonly bottom: number };
}

/** A range with more ports than this has the whole width. */
const LARGE = 256;

interface StripProps {
  readonly strip: Strip;
  readonly look: Signal<Look | null>;
}

export function PortStrip({ strip, look }: StripProps) {
  const { title, range, cells, taken } = strip;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [current, setCurrent] = useState(0);
  const at = Math.min(current, cells.length - 1);
  const layout = layoutOf(cells.length, width);
  const isLooked = look.value?.title === title;
  const marked = isLooked ? cells.findIndex(({ port }) => port === look.value?.port) : -1;

  useEffect(() => {
    const { current: element } = canvas;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current: element } = canvas;
    if (element !== null && width > 0) draw(element, cells, layout, width, marked < 0 ? null : marked);
  }, [cells, width, marked, filter.value, paint.value]);

  const show = (index: number): void => {
    const { current: element } = canvas;
    const cell = cells[index];
    if (element === null || cell === undefined) return;
    const bounds = element.getBoundingClientRect();
    const { x, y } = placeOf(layout, index);
    const [left, top] = [bounds.left + x, bounds.top + y];
    look.value = { title, port: cell.port, cell, rect: { left, top, bottom: top + layout.side } };
  };
  const hide = (): void => {
    if (look.value?.title === title) look.value = null;
  };
  const indexAt = (event: PointerEvent): number | null =>
    cellAt(layout, cells.length, event.offsetX, event.offsetY);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') hide();
    if (event.key === 'Enter') find(cells[at]);
    const next = stepTo(event.key, at, layout, cells.length, (index) => isTaken(cells[index]));
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    show(next);
  };
  const cell = cells[at];
  const span = range === null ? 'outside of all ranges' : `${range.start}–${range.end}`;
  return (
    <div class={`strip ${taken === 0 ? 'strip-free' : ''} ${cells.length > LARGE ? 'strip-large' : ''}`}>
      <div class="strip-head">
        <bdi class="strong" title={range === null ? undefined : plain(range.description)}>
          {title}
        </bdi>
        <span class="quiet">{span}</span>
        {range?.automatic === true && <span class="tag">automatic</span>}
        {range?.singleton === true && <span class="tag">singleton</span>}
        <span class="strip-count">{taken === 0 ? '' : taken}</span>
      </div>
      <canvas
        ref={canvas}
        class="cells"
        style={{ height: `${layout.height}px` }}
        role="slider"
        tabIndex={0}
        aria-label={`Ports of ${title}, ${span}, ${taken} in use`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={cells.length - 1}
        aria-valuenow={at}
        aria-valuetext={cell === undefined ? '' : sentenceOf(wordsOf(cell, { now: now.value, branchOf }))}
        onKeyDown={onKeyDown}
        onFocus={() => {
          if (canvas.current?.matches(':focus-visible')) show(at);
        }}
        onBlur={hide}
        onPointerMove={(event) => {
          const index = indexAt(event);
          if (index === null) hide();
          else if (cells[index]?.port !== look.value?.port || !isLooked) show(index);
        }}
        onPointerLeave={hide}
        onClick={(event) => {
          const index = indexAt(event as unknown as PointerEvent);
          if (index === null) return;
          setCurrent(index);
          show(index);
          find(cells[index]);
        }}
      />
    </div>
  );
}

/** Looks for the leases of a port in the table. */
function find(cell: PortCell | undefined): void {
  if (cell !== undefined && cell.leases.length > 0) narrow({ ...EVERYTHING, text: String(cell.port) });
}

function isTaken(cell: PortCell | undefined): boolean {
  return cell !== undefined && cell.state !== 'free' && cell.state !== 'avoided';
}

function draw(
  element: HTMLCanvasElement,
  cells: readonly PortCell[],
  layout: CellLayout,
  width: number,
  marked: number | null,
): void {
  const context = element.getContext('2d');
  if (context === null) return;
  const scale = devicePixelRatio;
  element.width = Math.round(width * scale);
  element.height = Math.round(layout.height * scale);
  context.scale(scale, scale);
  const isWanted = matcher(filter.value, branchOf);
  const isAll = isEverything(filter.value);
  drawCells(context, colourReader(element), {
    cells,
    layout,
    marked,
    isFound: (cell) => isAll || cell.leases.some(isWanted),
  });
}
