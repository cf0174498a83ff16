// Owns the words for a daemon that could not have the TCP port that was asked for.

/** @param port where it listens instead; null where it listens on none */
export function otherPort(asked: number, port: number | null): string {
  const instead = port === null ? 'there is no TCP' : `the daemon is on port ${port}`;
  return `port ${asked} (STYXY_API_PORT) cannot be had: ${instead} until it is started anew. \`styxy check ${asked}\` says who has it.`;
}
