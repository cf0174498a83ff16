// Owns how a finding names the one who listens on a port.

import type { Scene } from './scene.ts';

/** @returns `, by node (pid 4121)`, or nothing where it is not known */
export async function ownerText({ listeners }: Pick<Scene, 'listeners'>, port: number): Promise<string> {
  const found = (await listeners())?.find((each) => each.port === port && each.protocol === 'tcp');
  const name = found?.process ?? found?.container ?? null;
  if (name === null) return '';
  return `, by ${name}${found?.pid == null ? '' : ` (pid ${found.pid})`}`;
}
