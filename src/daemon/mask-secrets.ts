// Owns the masking of secrets in what is shown of other programs: command lines that carry tokens and passwords.

const SECRET_NAME =
  '[\\w.-]*(?:token|secret|passw(?:or)?d|passwd|passphrase|pwd|api-?_?key|access-?_?key|private-?_?key|credentials?|auth)[\\w.-]*';
const VALUE = `(?:"[^"]*"|'[^']*'|[^\\s"'&]+)`;
const MASK = '***';

/** `--token=x`, `TOKEN=x`, `?token=x`, `password: x` */
const ASSIGNED = new RegExp(`(${SECRET_NAME}\\s?[=:]\\s?)${VALUE}`, 'gi');
/** `--password x`, `-password x` */
const FOLLOWING = new RegExp(`(\\s--?${SECRET_NAME}\\s+)(?!-)${VALUE}`, 'gi');
/** `API_KEY=x` and `DB_KEY=x`: what ends in KEY is taken for one. */
const KEY = new RegExp(`(\\b[\\w-]*KEY=)${VALUE}`, 'g');
/** `postgres://user:password@host` */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
/** `Authorization: Bearer x` */
const BEARER = new RegExp(`\\b((?:bearer|basic)\\s+)${VALUE}`, 'gi');

/** The command line with everything that looks like a secret replaced by `***`. */
export function maskSecrets(command: string): string {
  return command
    .replaceAll(USER_INFO, `$1${MASK}@`)
    .replaceAll(BEARER, `$1${MASK}`)
    .replaceAll(ASSIGNED, `$1${MASK}`)
    .replaceAll(FOLLOWING, `$1${MASK}`)
    .replaceAll(KEY, `$1${MASK}`);
}

/** A token as it may be shown: `abcd***wxyz`. */
export function maskToken(token: string): string {
  return token.length < 16 ? MASK : `${token.slice(0, 4)}${MASK}${token.slice(-4)}`;
}
