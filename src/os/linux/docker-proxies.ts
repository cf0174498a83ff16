// Owns the search for Docker's proxies among all processes: their command lines can be read by everybody.

import { type Published, parseDockerProxy } from '../containers/proxy.ts';
import { newPace } from '../pace.ts';
import { listPids } from './pids.ts';
import { readCommandLine } from './process-details.ts';

/** The ports that every running `docker-proxy` publishes. */
export async function listDockerProxies(): Promise<Published[]> {
  const pace = newPace();
  const found: Published[] = [];
  for (const pid of listPids()) {
    const commandLine = readCommandLine(pid);
    if (commandLine?.includes('docker-proxy') === true) {
      const published = parseDockerProxy(commandLine.toString('utf8').split('\0'));
      if (published !== null) found.push(published);
    }
    if (pace.isDue()) await pace.rest();
  }
  return found;
}
