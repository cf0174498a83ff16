// Owns the reading of a port guide as teams keep it, in Markdown or in JSON.

import { createGuideBuilder } from './guide-builder.ts';
import { readJsonGuide } from './guide-json.ts';
import { readMarkdownGuide } from './guide-markdown.ts';
import type { PortGuide } from './port-guide.ts';

/** Where Markdown would begin like this, it would be a link. */
const JSON_START = /^[\s\ufeff]*(?:\{|\[\s*[[{"\]])|^[\s\ufeff]*\/[/*]/;

/** Reads a port guide in time that grows with the text alone; nothing is thrown. */
export function parseGuide(text: string): PortGuide {
  const builder = createGuideBuilder();
  if (JSON_START.test(text)) readJsonGuide(builder, text);
  else readMarkdownGuide(builder, text);
  return builder.finish();
}
