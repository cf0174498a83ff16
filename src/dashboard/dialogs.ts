// Owns which questions the page asks before it does something.

import type { LeaseJson } from '../api/schemas.ts';

export type Dialog =
  | { readonly kind: 'release' | 'end-orphan'; readonly lease: LeaseJson }
  | { readonly kind: 'cleanup' };
