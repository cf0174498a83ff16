// Owns the list of what the audit records, by name.

/** What can happen, each with what it means, in the order of the reference. */
export const AUDIT_EVENTS = {
  granted: 'a lease was granted',
  renewed: 'a lease was renewed or asked for again; plain renewals of one lease every ten minutes at most',
  updated: 'a lease lost the dead process that it named, or became a singleton, or is none any more',
  released: 'a lease was released by wish',
  expired: 'the term of a lease was over',
  reclaimed: 'a lease was ended without the wish of its holder',
  hijacked: 'a stranger was seen to listen on a leased port',
  conflict: 'a port was found taken by a probe, on the way to a grant or a refusal',
  instance_registered: 'an instance was registered',
  instance_updated: 'an instance was registered anew, or lost its dead process',
  instance_ended: 'an instance was retired, or forgotten after a long silence',
  range_made: 'an unknown service type got its own range',
  range_moved: 'an automatic range was moved',
  range_undone: 'an automatic range was taken back',
  config_changed: 'another configuration was taken over',
  repaired: 'something damaged was set aside or mended at the start',
  recovered: 'a start mended something or could not; the reason has each step that was not well',
} as const;

export type AuditEvent = keyof typeof AUDIT_EVENTS;
