// Owns the configuration's shape, in the words of config.json.

export interface ServiceTypeConfig {
  /** First and last port, both included. */
  readonly range: readonly [start: number, end: number];
  readonly preferred_ports: readonly number[];
  readonly instance_behavior: 'multi' | 'single';
  readonly description: string;
  readonly examples: readonly string[];
  /** Ports of the range that are never granted for TCP. */
  readonly avoid: readonly number[];
}

/** The effective configuration. Units are part of the names. */
export interface Config {
  readonly service_types: Readonly<Record<string, ServiceTypeConfig>>;
  readonly instance_templates: Readonly<Record<string, number>>;
  readonly terms: {
    readonly lease_ttl_seconds: number;
    readonly instance_ttl_seconds: number;
    readonly key_retention_days: number;
  };
  readonly quarantine: {
    readonly seconds: number;
    readonly max_seconds: number;
    readonly conflict_seconds: number;
  };
  readonly recovery: {
    readonly health_monitoring: { readonly check_interval_ms: number; readonly max_failures: number };
  };
  readonly store: { readonly synchronous: 'normal' | 'full' };
}

/** A mistake in config.json; line and column count from 1, and are 0 when it is about the file as a whole. */
export interface ConfigError {
  readonly line: number;
  readonly column: number;
  /** Where in the document, as in `service_types.grpc.range`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** Where a value comes from. */
export type ConfigSource = 'default' | 'config.json' | 'last-good';
