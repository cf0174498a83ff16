// Owns the service type that the name of a container's image says.

import { IMAGE_TYPES } from './catalogue/backing.ts';

/**
 * The type by what an image is called, without registry, namespace, tag and digest.
 *
 * @returns null for an image that is not known
 */
export function typeOfImage(image: string): string | null {
  const name = image.replace(/@.*/, '').split('/').at(-1)?.replace(/:.*/, '') ?? '';
  return Object.entries(IMAGE_TYPES).find(([known]) => name.startsWith(known))?.[1] ?? null;
}
