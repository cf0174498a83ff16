// Owns the service type of a published port: by what the image is called, else by the port in the container.

import { TOOLS } from '../tools/catalogue/all.ts';
import { typeOfImage } from '../tools/image-type.ts';

/**
 * @param image as a compose file names it; null for one that is built
 * @param target the port in the container
 * @returns null where neither says which
 */
export function typeOfService(image: string | null, target: number): string | null {
  return (image === null ? null : typeOfImage(image)) ?? typeOfTarget(target);
}

/** A port that tools of one type alone open when nobody says otherwise. */
function typeOfTarget(target: number): string | null {
  const types = new Set(
    TOOLS.filter(({ defaultPort }) => defaultPort === target).map(({ serviceType }) => serviceType),
  );
  const [only = null] = types;
  return types.size === 1 ? only : null;
}
