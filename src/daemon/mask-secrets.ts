// Owns the masking of secrets in what is shown of other programs: command lines that carry tokens and passwords.

/** A command line comes from anybody: what is looked through is bounded, and every pass is linear. */
const MAX_COMMAND_LENGTH = 4_096;
const MASK = '***';

/** `name=`, `name: ` or `--name `, wherever a name begins. */
const NAME = /(?<![\w.-])([\w.-]+)(\s?[=:]\s?|\s+)/g;
const VALUE = /(?:(?:bearer|basic)\s+)?(?:"[^"]*"|'[^']*'|[^\s"'&]+)/iy;
const SECRET =
  /token|secret|passw|passphrase|pwd|credential|auth(?!or(?!iz))|(?:api|access|private|encryption|signing)[._-]?key|[._-]key$/i;
/** `STRIPEKEY=x`: in capitals it is a variable's name. */
const KEY = /KEY$/;
/** `postgres://user:password@host` */
const USER_INFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
/** `Bearer x`, whatever stands before it. */
const BEARER = /\b((?:bearer|basic)\s+)(?!\*)[^\s"'&]+/gi;

/** The command line with everything that looks like a secret replaced by `***`; a very long one is cut. */
export function maskSecrets(command: string): string {
  const isLong = command.length > MAX_COMMAND_LENGTH;
  const text = (isLong ? command.slice(0, MAX_COMMAND_LENGTH) : command).replaceAll(USER_INFO, `$1${MASK}@`);
  const masked = maskNamed(text).replaceAll(BEARER, `$1${MASK}`);
  return isLong ? `${masked}…` : masked;
}

/** A token as it may be shown: `abcd***wxyz`. */
export function maskToken(token: string): string {
  return token.length < 16 ? MASK : `${token.slice(0, 4)}${MASK}${token.slice(-4)}`;
}

function maskNamed(text: string): string {
  let masked = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    const [, name = '', separator = ''] = found;
    const isAssigned = separator.includes('=') || separator.includes(':');
    // After an option a word is its value, unless it is an option itself; after any other word it is just the next.
    const hasValue = isAssigned || (name.startsWith('-') && text[NAME.lastIndex] !== '-');
    if (!hasValue || !(SECRET.test(name) || KEY.test(name))) continue;
    VALUE.lastIndex = NAME.lastIndex;
    const value = VALUE.exec(text);
    if (value === null) continue;
    masked += `${text.slice(done, NAME.lastIndex)}${MASK}`;
    done = VALUE.lastIndex;
    NAME.lastIndex = done;
  }
  return masked + text.slice(done);
}
