// Owns the whole catalogue in one list, in the order in which the reference shows it.

import type { Tool } from '../tool.ts';
import { API } from './api.ts';
import { BACKING } from './backing.ts';
import { CLOUD } from './cloud.ts';
import { DOCS } from './docs.ts';
import { FRONTEND } from './frontend.ts';
import { LANGUAGES } from './languages.ts';
import { MODELS } from './models.ts';
import { TESTING } from './testing.ts';

export const TOOLS: readonly Tool[] = [
  ...FRONTEND,
  ...DOCS,
  ...API,
  ...LANGUAGES,
  ...TESTING,
  ...CLOUD,
  ...BACKING,
  ...MODELS,
];
