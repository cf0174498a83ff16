// Owns the name of the header by which a client says in which pid namespace the pid of its body is one.

/**
 * Sent with a body that has a `pid`: the inode of the client's pid namespace, in digits. Where it is not the daemon's
 * own, the pid is left out of account. A request without it is taken to come from the daemon's own namespace.
 */
export const PID_NAMESPACE_HEADER = 'styxy-pid-namespace';
