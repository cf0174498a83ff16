// Owns the writing of long JSON answers: piece by piece, with turns for everybody else between.

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { newPace } from '../os/pace.ts';

/** Few enough to be made and written in far less than a millisecond. */
const ITEMS_PER_PIECE = 50;

/** A list as the JSON texts of arrays that follow each other; each is made when it is asked for. */
export type JsonList = Iterable<string | Promise<string>>;

/** @param write the JSON text of an array of these items; it should take well below a millisecond */
export function* jsonList<Item>(
  items: readonly Item[],
  write: (piece: readonly Item[]) => string | Promise<string>,
): JsonList {
  for (let at = 0; at < items.length; at += ITEMS_PER_PIECE)
    yield write(items.slice(at, at + ITEMS_PER_PIECE));
}

/**
 * Answers with the JSON of `head` and after it the lists. All of it is made before the first byte is sent, so that a
 * failure is told as one, and in bytes: a long text would block for as long as it is turned into them. The pieces are
 * sent as they are, since to put them together would block for as long as it takes to copy megabytes.
 *
 * @param head an object with at least one field
 */
export async function jsonInPieces(
  reply: Pick<FastifyReply, 'header'>,
  head: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, JsonList>>,
): Promise<Readable> {
  const pace = newPace();
  const pieces: Buffer[] = [];
  let open = JSON.stringify(head).slice(0, -1);
  for (const [name, list] of Object.entries(lists)) {
    open += `,${JSON.stringify(name)}:[`;
    let isFirst = true;
    for (const piece of list) {
      const text = await piece;
      pieces.push(Buffer.from(`${open}${isFirst ? '' : ','}${text.slice(1, -1)}`));
      open = '';
      isFirst = false;
      if (pace.isDue()) await pace.rest();
    }
    open += ']';
  }
  pieces.push(Buffer.from(`${open}}`));
  reply.header('content-type', 'application/json; charset=utf-8');
  reply.header(
    'content-length',
    pieces.reduce((bytes, piece) => bytes + piece.length, 0),
  );
  return Readable.from(pieces);
}
