// Owns what commands know of the machine when they check a configuration, and how its mistakes are shown.

import type { ConfigError } from '../config/config.ts';
import type { ConfigContext } from '../config/config-rules.ts';
import { resolveApiPort } from '../home.ts';
import { ephemeralRange } from '../os/ephemeral-range.ts';
import { visible } from './visible.ts';

/** @throws StyxyError INVALID_REQUEST when STYXY_API_PORT is no port number */
export function configContext(env: NodeJS.ProcessEnv): ConfigContext {
  const ownPort = resolveApiPort(env);
  return { ownPort: ownPort === 0 ? null : ownPort, ephemeral: ephemeralRange() };
}

/** A mistake in the form that editors jump to. */
export function mistakeLine(file: string, { line, column, path, message }: ConfigError): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return visible(`${place}: ${path === '' ? '' : `${path}: `}${message}`);
}
