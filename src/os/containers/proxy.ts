// Owns the knowledge of the programs that hold a container's published ports on the host, and of their command lines.

/** By name, cut to the 15 bytes that Linux keeps of it; without `.exe`. */
const PROXIES: ReadonlySet<string> = new Set([
  'docker-proxy',
  'dockerd',
  'rootlesskit',
  'rootlessport',
  'conmon',
  'slirp4netns',
  'pasta',
  'pasta.avx2',
  'passt',
  'gvproxy',
  'vpnkit',
  'com.docker.back',
  'com.docker.backend',
  'com.docke',
  'wslrelay',
]);

/** Whether a process of this name holds ports for containers. */
export function isContainerProxy(process: string | null): boolean {
  return process !== null && PROXIES.has(process.replace(/\.exe$/i, ''));
}

/** A port that a proxy publishes, by its own command line. */
export interface Published {
  readonly protocol: string;
  readonly port: number;
  /** As far as the command line can name it, such as `172.17.0.2:80`. */
  readonly container: string;
}

/**
 * Reads the command line of a `docker-proxy`, such as `docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080
 * -container-ip 172.17.0.2 -container-port 80`.
 *
 * @param words with the program first
 * @returns null when it is something else
 */
export function parseDockerProxy(words: readonly string[]): Published | null {
  const [program = ''] = words;
  if (program.slice(program.lastIndexOf('/') + 1) !== 'docker-proxy') return null;
  const protocol = flagValue(words, 'proto');
  const port = flagValue(words, 'host-port');
  const ip = flagValue(words, 'container-ip');
  const containerPort = flagValue(words, 'container-port');
  if (protocol === null || port === null || ip === null || !/^\d{1,5}$/.test(port)) return null;
  // What people see is made of this: nothing but an address and a number is let through.
  if (!/^[0-9a-fA-F.:]+$/.test(ip) || !/^\d{1,5}$/.test(containerPort ?? '')) return null;
  const host = ip.includes(':') ? `[${ip}]` : ip;
  return { protocol, port: Number(port), container: `${host}:${containerPort}` };
}

/** The value of a flag of Go's: one or two hyphens, and a blank or `=`. */
function flagValue(words: readonly string[], name: string): string | null {
  for (const [index, word] of words.entries()) {
    const [, flag, inline] = /^--?([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (flag === name) return inline ?? words[index + 1] ?? null;
  }
  return null;
}
