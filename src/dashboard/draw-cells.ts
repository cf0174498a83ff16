// Owns how the cells of a strip are drawn: each state has its own colour and its own shape, so that neither is needed alone.

import { type CellLayout, placeOf } from './cell-layout.ts';
import type { CellState, PortCell } from './port-cells.ts';

/** Reads a colour of the page as it is now, in light or dark. */
export type ColourOf = (name: string) => string;

export function colourReader(element: Element): ColourOf {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

export interface Drawing {
  readonly cells: readonly PortCell[];
  readonly layout: CellLayout;
  /** The cell that is looked at. */
  readonly marked: number | null;
  /** Whether a cell is among what is looked for; the others step back. */
  readonly isFound: (cell: PortCell) => boolean;
}

export function drawCells(context: CanvasRenderingContext2D, colour: ColourOf, drawing: Drawing): void {
  const { cells, layout, marked, isFound } = drawing;
  const { side } = layout;
  const colours = new Map<CellState, string>();
  for (const [index, cell] of cells.entries()) {
    const { x, y } = placeOf(layout, index);
    const { state } = cell;
    const fill = colours.get(state) ?? colour(`cell-${state}`);
    colours.set(state, fill);
    context.globalAlpha = state === 'free' || isFound(cell) ? 1 : 0.22;
    SHAPES[state](context, x, y, side, fill);
    if (cell.leases.some(({ orphan }) => orphan)) corner(context, x, y, side, colour('cell-orphan'));
  }
  context.globalAlpha = 1;
  if (marked === null) return;
  const { x, y } = placeOf(layout, marked);
  context.strokeStyle = colour('text');
  context.lineWidth = 2;
  box(context, x - 1, y - 1, side + 2);
  context.stroke();
}

type Shape = (context: CanvasRenderingContext2D, x: number, y: number, side: number, fill: string) => void;

const SHAPES: Readonly<Record<CellState, Shape>> = {
  free: filled,
  avoided: (context, x, y, side, fill) => {
    const inset = side * 0.3;
    line(context, fill, [x + inset, y + inset, x + side - inset, y + side - inset]);
  },
  quarantined: (context, x, y, side, fill) => {
    outlined(context, x, y, side, fill);
    line(context, fill, [x + side * 0.15, y + side * 0.85, x + side * 0.85, y + side * 0.15]);
  },
  foreign: (context, x, y, side, fill) => {
    context.fillStyle = fill;
    context.beginPath();
    context.arc(x + side / 2, y + side / 2, side / 2, 0, 2 * Math.PI);
    context.fill();
  },
  reserved: outlined,
  idle: (context, x, y, side, fill) => {
    outlined(context, x, y, side, fill);
    context.fillStyle = fill;
    context.fillRect(x, y + side / 2, side, side / 2);
  },
  active: filled,
  hijacked: (context, x, y, side, fill) => {
    filled(context, x, y, side, fill);
    const inset = side * 0.28;
    context.lineWidth = Math.max(1, side * 0.14);
    line(context, '#fff', [x + inset, y + inset, x + side - inset, y + side - inset]);
    line(context, '#fff', [x + side - inset, y + inset, x + inset, y + side - inset]);
  },
};

function filled(context: CanvasRenderingContext2D, x: number, y: number, side: number, fill: string): void {
  context.fillStyle = fill;
  box(context, x, y, side);
  context.fill();
}

function outlined(context: CanvasRenderingContext2D, x: number, y: number, side: number, fill: string): void {
  context.strokeStyle = fill;
  context.lineWidth = Math.max(1, side * 0.16);
  const half = context.lineWidth / 2;
  box(context, x + half, y + half, side - context.lineWidth);
  context.stroke();
}

function corner(context: CanvasRenderingContext2D, x: number, y: number, side: number, fill: string): void {
  context.fillStyle = fill;
  context.beginPath();
  context.moveTo(x + side * 0.4, y);
  context.lineTo(x + side, y);
  context.lineTo(x + side, y + side * 0.6);
  context.fill();
}

function line(
  context: CanvasRenderingContext2D,
  stroke: string,
  [fromX, fromY, toX, toY]: readonly [number, number, number, number],
): void {
  context.strokeStyle = stroke;
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

function box(context: CanvasRenderingContext2D, x: number, y: number, side: number): void {
  context.beginPath();
  context.roundRect(x, y, side, side, side * 0.22);
}
