// Owns the shape of the log that a store reports to.

/** Where the store reports what it did by itself; a pino logger is one. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
