// Owns the small schemas that shapes are made of, each with its description.

import type { TSchema } from 'typebox';
import * as Type from './type.ts';

/** `schema`, or null where it does not apply or cannot be known. */
export const nullable = <S extends TSchema>(schema: S, description: string) =>
  Type.union([schema, Type.nil()], { description });
export const text = (description: string) => Type.string({ description });
export const count = (description: string) => Type.integer({ description, minimum: 0 });
export const flag = (description: string) => Type.boolean({ description });
export const time = (description: string) =>
  Type.string({ description: `${description} (ISO 8601, UTC)`, format: 'date-time' });
export const yes = () =>
  Type.literal(true, { description: 'Always true; a failure is a problem document with false' });
export const message = () => text('What was done, in a sentence for people');
