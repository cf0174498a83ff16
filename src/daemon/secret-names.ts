// Owns which names promise a secret behind them: options, variables, headers and keys of a configuration.

/** Parts of a name, between its hyphens, underscores, dots and capitals, that say so by themselves. */
const PARTS = new Set(
  'pw pwd pat jwt auth cookie cookies creds cred credential credentials bearer apikey masterauth authorization'.split(
    ' ',
  ),
);
/** How such a part may end, as in `PGPASSWORD`, `authtoken`, `requirepass`. */
const ENDS = /(?:tokens?|secrets?|passw(?:or)?ds?|passphrase|passcode|pass)$/;
/** Words that end like one. */
const HARMLESS = /^(?:bypass|compass|trespass|surpass|overpass|underpass|encompass)$/;
/** A key is one where it is not known to be public, or a file's or a table's. */
const HARMLESS_KEYS = /^(?:public|ssl|tls|host|sort|primary|foreign|partition|cache|group|registry|hot)$/;
/** Behind these parts stands something about a secret: where it lies, of which kind it is, how long it counts. */
const ABOUT = new Set(
  'file files path dir type mode method url uri host domain port name id ttl timeout length endpoint required provider tests'.split(
    ' ',
  ),
);

/** Whether what follows this name, as its value, is probably a secret. */
export function promisesSecret(name: string): boolean {
  const parts = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[._-]+/)
    // `PASSWORD1` is one of several.
    .map((part) => part.replace(/\d{1,3}$/, ''))
    .filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  if (ABOUT.has(last)) return false;
  if (parts.some((part) => PARTS.has(part) || (ENDS.test(part) && !HARMLESS.test(part)))) return true;
  if (last === 'key') return parts.length > 1 && !HARMLESS_KEYS.test(parts.at(-2) ?? '');
  // `STRIPEKEY=x`: in capitals it is a variable's name.
  return /[A-Z]KEY$/.test(name);
}

/** A file's name or its path, such as servers are given a key by. A base64 text may have slashes in it, too. */
const PATH =
  /^["']?(?:~?\/|\.{1,2}[\\/]|[A-Za-z]:[\\/]|file:|[^"']{1,200}\.(?:pem|key|crt|cer|der|p8|p12|pfx|jks|pub|asc|gpg|json|txt)["']?$)/i;
/** Which columns to sort by. */
const COLUMNS = /^["']?[\d.,nrbf]{1,8}["']?$/;

/** Whether this is the name of a key and nothing more, of which the value alone tells whether it is a secret. */
export function isKeyAlone(name: string): boolean {
  return /^--?key\d?$/i.test(name) || name === 'KEY';
}

/** Whether a value may be shown of what is called a key: a path, or the columns of a table. */
export function isHarmlessKey(value: string): boolean {
  return PATH.test(value) || COLUMNS.test(value);
}
