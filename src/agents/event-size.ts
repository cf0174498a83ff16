// Owns how long an event may be for the daemon to be asked about it.

/** The daemon takes 64 KiB. Of a longer event nothing is sent but the end of what a program printed. */
export const MAX_BODY_BYTES = 60 * 1024;
