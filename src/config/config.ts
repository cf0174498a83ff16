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

/** What holds for the leases of one service name, whatever type they have. */
export interface ServiceConfig {
  /** What is left out is as the type says. */
  readonly instance_behavior?: 'multi' | 'single';
}

export type Placement = 'after' | 'before' | 'smart' | 'module';

/** What holds for the automatic ranges of types whose name matches; what is missing is as in general. */
export interface AutoAllocationRule {
  readonly chunk_size?: number;
  readonly placement?: Placement;
  readonly preferred_range_start?: number;
}

export interface AutoAllocationConfig {
  readonly enabled: boolean;
  readonly default_chunk_size: number;
  readonly placement: Placement;
  /** The path of the user's own strategy, as the file names it; empty for none. */
  readonly placement_module: string;
  readonly min_port: number;
  readonly max_port: number;
  readonly preserve_gaps: boolean;
  readonly gap_size: number;
  /** By pattern of names: `*` stands for any characters, `?` for one. */
  readonly rules: Readonly<Record<string, AutoAllocationRule>>;
}

export interface RecoveryConfig {
  readonly port_conflict: {
    readonly enabled: boolean;
    readonly check_availability: boolean;
    readonly max_retries: number;
    readonly backoff_ms: number;
    readonly backoff_multiplier: number;
  };
  readonly health_monitoring: {
    readonly enabled: boolean;
    readonly check_interval_ms: number;
    readonly max_failures: number;
    readonly cleanup_stale_allocations: boolean;
  };
  readonly system_recovery: {
    readonly enabled: boolean;
    readonly run_on_startup: boolean;
    readonly backup_corrupted_state: boolean;
    readonly max_recovery_attempts: number;
  };
}

/** The effective configuration. Units are part of the names. */
export interface Config {
  /** The path of a document with ranges, as the file names it; empty for none. */
  readonly port_guide: string;
  readonly service_types: Readonly<Record<string, ServiceTypeConfig>>;
  /** By service name. */
  readonly services: Readonly<Record<string, ServiceConfig>>;
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
  readonly auto_allocation: AutoAllocationConfig;
  readonly quotas: {
    readonly max_leases_per_project: number;
    readonly max_leases_per_instance: number;
  };
  readonly hooks: {
    readonly kill_guard: 'deny' | 'ask' | 'warn' | 'off';
    readonly rewrite_permission: 'auto' | 'ask' | 'off';
  };
  readonly recovery: RecoveryConfig;
  readonly audit: { readonly retention_days: number; readonly max_events: number };
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
export type ConfigSource = 'default' | 'port_guide' | 'config.json' | 'last-good';
