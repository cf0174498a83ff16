// Owns the plug-in by which Vite takes its port from the daemon, and its own where there is none.

import { connect, type PortLease, StyxyError } from '../index.ts';

export interface StyxyPluginOptions {
  /** The service type; `dev` unless given. */
  readonly serviceType?: string;
  /** What the service is called; from the nearest package.json, the path or the type unless given. */
  readonly serviceName?: string;
  /** Whether Vite must not start without a lease; false unless given. */
  readonly isRequired?: boolean;
}

/** What the plug-in sees of Vite's configuration. */
interface ViteConfig {
  readonly root?: string | undefined;
  readonly server?: ViteServer | undefined;
  readonly preview?: ViteServer | undefined;
}
interface ViteServer {
  readonly port?: number | undefined;
  readonly strictPort?: boolean | undefined;
  /** Anything but false: another server has Vite in it, and the port is that one's. */
  readonly middlewareMode?: unknown;
}

/** A plug-in of Vite's, by the part of its interface that is used: no package of Vite's is needed for these types. */
export interface StyxyPlugin {
  readonly name: 'styxy';
  readonly apply: 'serve';
  config(
    config: ViteConfig,
    environment: { readonly isPreview?: boolean | undefined },
  ): Promise<{ server: { port: number } } | { preview: { port: number } } | null>;
}

/** Ports below need privileges and are no wish that could be granted. */
const LOWEST_WISH = 1024;

/** Vite reads its configuration anew whenever that changes, before the server before is closed: it keeps its port. */
const leases = new Map<string, PortLease>();

/**
 * Serves on a port that no other checkout has, the same one every time. It leaves Vite alone where `styxy run` chose the port already,
 * where the configuration insists on one by `strictPort`, and where Vite serves nobody itself: under Vitest, and within another
 * server. A daemon is started with `isRequired` alone. The lease is this process's, and ends with it.
 *
 * @throws (Vite's start) StyxyError whatever keeps it from a lease, with `isRequired` alone
 */
export function styxy(options: StyxyPluginOptions = {}): StyxyPlugin {
  return {
    name: 'styxy',
    apply: 'serve',
    async config(config, { isPreview = false }) {
      const asked = (isPreview ? config.preview : config.server) ?? {};
      const isServing = process.env.VITEST === undefined && !asked.middlewareMode;
      if (!isServing || process.env.STYXY_LOCK_ID !== undefined || asked.strictPort === true) return null;
      try {
        const { port } = await leaseFor(config.root ?? process.cwd(), asked.port, isPreview, options);
        return isPreview ? { preview: { port } } : { server: { port } };
      } catch (error) {
        if (options.isRequired === true || !(error instanceof StyxyError)) throw error;
        console.warn(`styxy: Vite takes a port of its own. ${error.message}. ${error.hint}`);
        return null;
      }
    },
  };
}

async function leaseFor(
  root: string,
  wish: number | undefined,
  isPreview: boolean,
  { serviceType = 'dev', serviceName, isRequired = false }: StyxyPluginOptions,
): Promise<PortLease> {
  const key = JSON.stringify([root, isPreview, serviceType, serviceName ?? null]);
  const known = leases.get(key);
  if (known !== undefined && !known.lost.aborted) return known;
  const daemon = await connect({ project: root, ...(isRequired ? {} : { autostart: false }) });
  const lease = await daemon.claim({
    serviceType,
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(wish === undefined || wish < LOWEST_WISH ? {} : { preferredPort: wish }),
  });
  leases.set(key, lease);
  return lease;
}
