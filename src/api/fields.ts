// Owns the small schemas that shapes are made of, each with its description.

import Type, { type TSchema } from 'typebox';

/** `schema`, or null where it does not apply or cannot be known. */
export const nullable = <S extends TSchema>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { description });
export const text = (description: string) => Type.String({ description });
export const count = (description: string) => Type.Integer({ description, minimum: 0 });
export const flag = (description: string) => Type.Boolean({ description });
export const time = (description: string) =>
  Type.String({ description: `${description} (ISO 8601, UTC)`, format: 'date-time' });
export const yes = () =>
  Type.Literal(true, { description: 'Always true; a failure is a problem document with false' });
export const message = () => text('What was done, in a sentence for people');
