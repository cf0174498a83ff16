// Owns the masking of secrets in what is shown of other programs: command lines that carry tokens and passwords.

import { isHarmlessKey, isKeyAlone, promisesSecret } from './secret-names.ts';

/** A command line comes from anybody: what is looked through is bounded, and every pass is linear. */
const MAX_COMMAND_LENGTH = 4_096;
const MASK = '***';

/** `name=`, `"name":`, `name: ` or `--name `, wherever a name begins. */
const NAME = /(?<![\w.-])([\w.-]+)((?:\\?["'])?\s?[=:]\s?|\s+)/g;
/** A word, or what stands in quotes, behind the scheme of a header. */
const VALUE =
  /(?:(?:bearer|basic|digest|token|apikey)\s+)?(?:"(?:[^"\\]|\\.)*"|\\"(?:[^"\\]|\\[^"])*\\"|'[^']*'|[^\s"'&]+)/iy;
/** The rest of a header that stands in quotes: a cookie has blanks in it. */
const HEADER = /(?<=["'])((?:proxy-)?authorization|(?:set-)?cookie)(:\s*)[^"']+/gi;

/** One kind of secret that is known by its looks; what `$1` is of it may be shown. */
interface Kind {
  readonly find: RegExp;
  /** The programs in whose command line alone it is one. */
  readonly only?: RegExp;
  /** The programs in whose command line it is none. */
  readonly except?: RegExp;
}

const PASSWORD = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'-][^\s"']*)`;

/** Programs that are given a name and a password with one option. */
const WEB = 'curl|wget|https?|xh';
const USER = String.raw`\s(?:-u\s?|--user[\s=]|-U\s?|--proxy-user[\s=]|-a\s)`;

/** A program by name, with a path before it or not. */
function program(names: string): RegExp {
  return new RegExp(String.raw`(?:^|[\s/'"])(?:${names})(?=\s)`);
}

const KINDS: readonly Kind[] = [
  // `postgres://user:password@host`, to the last @ of the authority
  { find: /(?<![a-z\d+.-])([a-z][a-z\d+.-]{0,30}:\/\/[^\s/:@"']{0,100}:)[^\s/"']+(?=@)/gi },
  // The same with blanks or slashes in the password, which is no port with a path then.
  {
    find: /(?<![a-z\d+.-])([a-z][a-z\d+.-]{0,30}:\/\/[^\s/:@"']{0,100}:)(?!\d{1,5}(?:[/?#\s"']|$)|\*\*\*@)[^"'@]{1,200}(?=@)/gi,
  },
  // `Bearer x`, whatever stands before it
  { find: /\b(bearer\s+)(?!\*)[^\s"'&]+/gi },
  // GitHub, GitLab, Slack, npm, PyPI, Hugging Face
  { find: /(?<![\w-])(gh[a-z]_|github_pat_)\w{16,}/g },
  { find: /(?<![\w-])(glpat-|xox[a-z]-|pypi-)[\w-]{16,}/g },
  { find: /(?<![\w-])(npm_|hf_)[A-Za-z\d]{30,}/g },
  // OpenAI, Anthropic and their like; a digit tells them from words with hyphens
  { find: /(?<![\w-])(sk-)(?=[A-Za-z_-]{0,100}\d)[\w-]{16,}/g },
  // Stripe
  { find: /(?<![\w-])([prs]k_(?:live|test)_)\w{8,}/g },
  // AWS, Google
  { find: /(?<![\w-])(AKIA|ASIA)[A-Z\d]{16}(?![\w-])/g },
  { find: /(?<![\w-])(AIza)[\w-]{35}(?![\w-])/g },
  // Addresses that are secret in themselves: who has them may post, or read
  { find: /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[^\s"']+/gi },
  { find: /(\bdiscord(?:app)?\.com\/api\/webhooks\/\d{1,30}\/)[^\s"'/?]+/gi },
  { find: /([?&](?:[\w-]{0,40}-)?(?:sig|signature|key)=)[^\s"'&#]+/gi },
  // JSON Web Tokens
  { find: /(?<![\w-])(eyJ)[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  { find: /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^"']*/g },
  // Options of one letter, which mean something else elsewhere
  { only: program(WEB), find: new RegExp(String.raw`(${USER}[^\s:"']{0,100}:)[^\s"']+`, 'g') },
  { only: program(WEB), find: new RegExp(`(${USER}["'][^:"']{0,100}:)[^"']+`, 'g') },
  { only: program('curl'), find: new RegExp(String.raw`(\s-b\s?)${PASSWORD}`, 'g') },
  {
    only: program('mysql|mysql[a-z]+|mariadb(?:-[a-z-]+)?'),
    find: new RegExp(String.raw`(\s-p)${PASSWORD}`, 'g'),
  },
  { only: program('sshpass'), find: new RegExp(String.raw`(\s-p\s?)${PASSWORD}`, 'g') },
  { only: program('redis-cli'), find: new RegExp(String.raw`(\s-a\s)${PASSWORD}`, 'g') },
  { only: program('ldap[a-z]+'), find: new RegExp(String.raw`(\s-w\s?)${PASSWORD}`, 'g') },
  { only: program('sqlcmd|bcp|mosquitto_[a-z]+'), find: new RegExp(String.raw`(\s-P\s?)${PASSWORD}`, 'g') },
  { only: program('zip|unzip'), find: new RegExp(String.raw`(\s-P\s?)${PASSWORD}`, 'g') },
  { only: program('7z|7za|7zr|7zz|rar|unrar'), find: new RegExp(String.raw`(\s-h?p)${PASSWORD}`, 'g') },
  { only: program('ssh-keygen'), find: new RegExp(String.raw`(\s-[NP]\s?)${PASSWORD}`, 'g') },
  {
    only: program('openssl'),
    find: new RegExp(String.raw`(\s-(?:k|K|pass|passin|passout)\s|\bhexkey:)${PASSWORD}`, 'g'),
  },
  // `name/password@database`
  {
    only: program('sqlplus|sqlcl|sqlldr|expdp|impdp'),
    find: /(\s["']?(?:userid=)?[\w$#][\w$#.-]{0,100}\/)[^\s@"']+/gi,
  },
  // `-u name:password` of any program; a number is a port or a group, and to these a word is a group.
  {
    except: program('docker|docker-compose|podman|nerdctl|kubectl|chroot|sudo|su|systemd-run|rsync|install'),
    find: /(\s(?:-u|--user)[\s=]["']?[^\s:/"'=-][^\s:/"']{0,100}:)(?!\/\/|\d{1,5}(?![\w.-]))[^\s"']+/g,
  },
  {
    only: /\b(?:docker|podman|helm|nerdctl)\b.{0,200}\blogin\s/,
    find: new RegExp(String.raw`(\s-p\s)${PASSWORD}`, 'g'),
  },
];

/** The command line with everything that looks like a secret replaced by `***`; a very long one is cut. */
export function maskSecrets(command: string): string {
  const isLong = command.length > MAX_COMMAND_LENGTH;
  const text = isLong ? command.slice(0, MAX_COMMAND_LENGTH) : command;
  const masked = maskBasic(maskKinds(maskNamed(text.replaceAll(HEADER, `$1$2${MASK}`))));
  return isLong ? `${masked}…` : masked;
}

/** A token as it may be shown: `abcd***wxyz`. */
export function maskToken(token: string): string {
  return token.length < 16 ? MASK : `${token.slice(0, 4)}${MASK}${token.slice(-4)}`;
}

function maskKinds(text: string): string {
  let masked = text;
  for (const { find, only, except } of KINDS)
    if (only?.test(text) !== false && except?.test(text) !== true)
      masked = masked.replaceAll(find, `$1${MASK}`);
  return masked;
}

/** `Basic x`, where x is a name and a password in base64: elsewhere it is a word like any other. */
function maskBasic(text: string): string {
  return text.replaceAll(
    /\b(basic\s+)([a-z\d+/_-]{4,}={0,2})/gi,
    (all, scheme: string, credentials: string) =>
      Buffer.from(credentials, 'base64').includes(':') ? `${scheme}${MASK}` : all,
  );
}

function maskNamed(text: string): string {
  let masked = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    const [, name = '', separator = ''] = found;
    // A scheme is no name: what is secret in an address is masked by itself.
    if (text.startsWith('//', NAME.lastIndex)) continue;
    const isAssigned = separator.includes('=') || separator.includes(':');
    // After an option a word is its value, unless it is a long option itself; after any other word it is just the next.
    const hasValue = isAssigned || (name.startsWith('-') && !text.startsWith('--', NAME.lastIndex));
    const isKey = isKeyAlone(name);
    if (!hasValue || !(isKey || promisesSecret(name))) continue;
    VALUE.lastIndex = NAME.lastIndex;
    const value = VALUE.exec(text);
    if (value === null || (isKey && isHarmlessKey(value[0]))) continue;
    masked += `${text.slice(done, NAME.lastIndex)}${MASK}`;
    done = VALUE.lastIndex;
    NAME.lastIndex = done;
  }
  return masked + text.slice(done);
}
