import { memoize } from '../memoize.ts';
import type { ProcessFacts } from '../snapshot.ts';
import { baseName } from './base-name.ts';

const HIDDEN = '***';

/** Words that mark a name as secret, anywhere in it. */
const secretWord =
  /passw(?:or)?d|passphrase|[_-]pwd|masterauth|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|cookie|session[-_]?id/i;

/**
 * Words that mark a name as secret only at its end: `SENTRY_DSN`, `DB_PASS`, `STRIPE_KEY`, `AccountKey`, `BASIC_AUTH`.
 */
const secretEnd = /(?:pass|dsn|(?:^|[_-])(?:key|auth|salt))$/i;
const secretCamel = /[a-z]Key$/;

/** `NAME=`, and `"NAME":` in JSON. The look-behind makes each name match from its start only, in linear time. */
const assignment = /(?<![\w-])([\w-]+)(?:=|["']\s*:)/g;

/** `NAME: ` of HTTP headers, and `pass:X` of openssl. */
const header = /(?<![\w-])([\w-]+):(\s*)/g;

/** What precedes the secret in an Authorization header (RFC 9110). */
const authorization = /\b(bearer|basic|digest|negotiate)(\s+)\S+/gi;

/**
 * A token in place of the user in a URL, as Sentry and GitHub have it. Names of people are shorter, or have no digits.
 */
const tokenAsUser = /^(?:.{16,}|(?=.*\d)(?=.*[a-z]).{10,})$/i;

/**
 * Tokens with a known prefix: GitHub, GitLab, Slack, Stripe, AWS, Google, SendGrid, npm, PyPI, OpenAI and others like
 * it, Shopify, DigitalOcean, Docker, Hugging Face, Vault, JSON Web Tokens.
 */
const knownToken =
  /\b(?:gh[pousr]_|github_pat_|gl(?:pat|rt|dt)-|xox[abeprs]-|xapp-|[srp]k_(?:live|test)_|whsec_|AKIA|ASIA|AIza|ya29\.|SG\.|npm_|pypi-|sk-|shp(?:at|ss)_|dop_v1_|dckr_pat_|hf_|hvs\.|eyJ)[\w.-]{12,}/g;

/** Programs whose `-pX` is a password. mysql's `-p` alone asks for it; a database name follows. */
const attachedPassword = /^(mysql|mariadb|sshpass)/;

/** Programs with flags that are followed by a password, or by user and password. */
const followingPassword: ReadonlyMap<string, readonly string[]> = new Map([
  ['redis-cli', ['-a']],
  ['sshpass', ['-p']],
  ['curl', ['-u', '--user', '-U', '--proxy-user', '-b', '--cookie']],
  ['mongosh', ['-p']],
  ['mongodump', ['-p']],
  ['mongorestore', ['-p']],
  ['ldapsearch', ['-w']],
  ['mosquitto_pub', ['-P']],
  ['mosquitto_sub', ['-P']],
  ['rabbitmqadmin', ['-p']],
]);

/** A command line may be megabytes long. No more than this number of words is shown anywhere. */
const MOST_WORDS = 200;
const LONGEST_WORD = 1000;
const LONGEST_COMMAND = 8000;

/** A process's command line or title, with secrets masked; `[comm]` if it has none, as ps(1) shows it. */
export const commandOf: (facts: ProcessFacts) => string = memoize(({ argv, comm }) =>
  argv.length === 0 ? `[${comm}]` : maskArgv(argv).join(' '),
);

/**
 * Masks what looks like a secret. It masks too much rather than too little: the result ends up in screenshots and bug
 * reports.
 */
export function maskArgv(argv: readonly string[]): readonly string[] {
  const kept = beginningOf(argv);
  const programs = kept.map(baseName);
  return kept.map((word, index) => {
    // A title, or the argument of `sh -c`, is a command line of its own.
    const isCommand = kept.length === 1 || /^-\w*c$/.test(kept[index - 1] ?? '');
    if (isCommand && /\s/.test(word)) return maskCommand(word);
    const masked = maskWord(word, kept[index - 1], programs.slice(0, index));
    return /\s/.test(masked) ? maskCommand(masked) : masked;
  });
}

function maskCommand(text: string): string {
  return maskText(maskArgv(text.split(/\s/)).join(' '));
}

function beginningOf(argv: readonly string[]): readonly string[] {
  let characters = 0;
  const words = argv.slice(0, MOST_WORDS).map(shortened);
  const end = words.findIndex((word) => {
    characters += word.length + 1;
    return characters > LONGEST_COMMAND;
  });
  return end < 0 ? words : words.slice(0, end);
}

/**
 * Cuts a long word. If the cut removed an @, the password before it could not be recognised, so all of that part is
 * masked.
 */
function shortened(word: string): string {
  if (word.length <= LONGEST_WORD) return word;
  const start = word.slice(0, LONGEST_WORD);
  const address = start.lastIndexOf('://');
  return address < 0 ? start : `${start.slice(0, address)}://${HIDDEN}`;
}

/** @param programs all words before it, any of which may be the program that it is an argument of */
function maskWord(word: string, previous: string | undefined, programs: readonly string[]): string {
  if (previous !== undefined && isSecretFlag(previous, word)) return HIDDEN;
  if (previous?.startsWith('-') && programs.some((program) => followingPassword.get(program)?.includes(previous)))
    return HIDDEN;
  if (/^-p./.test(word) && programs.some((program) => attachedPassword.test(program))) return `-p${HIDDEN}`;
  return maskText(maskAssignment(word));
}

/** Whether a flag such as `--password` is followed by its secret. */
function isSecretFlag(flag: string, value: string): boolean {
  return /^--?[\w-]+$/.test(flag) && !value.startsWith('--') && isSecret(flag, value);
}

/** Whether a value is secret. The path of a key file is not. */
function isSecret(name: string, value: string): boolean {
  if (secretWord.test(name)) return true;
  return (secretEnd.test(name) || secretCamel.test(name)) && !(/key$/i.test(name) && /^\.{0,2}\//.test(value));
}

/**
 * Masks `DB_PASSWORD=X`, also within a word: `--env=TOKEN=X`, `host=h password=X`. Everything after the name is masked.
 */
function maskAssignment(word: string): string {
  for (const { 0: written, 1: name = '', index } of word.matchAll(assignment)) {
    const end = index + written.length;
    if (end < word.length && isSecret(name, word.slice(end))) return word.slice(0, end) + HIDDEN;
  }
  return word;
}

function maskText(text: string): string {
  const urls = text.includes('@') ? text.split(/(\s+)/).map(maskUrl).join('') : text;
  return maskHeader(urls.replace(authorization, `$1$2${HIDDEN}`)).replace(knownToken, HIDDEN);
}

function maskHeader(text: string): string {
  for (const { 0: written, 1: name = '', 2: blanks = '', index } of text.matchAll(header)) {
    const end = index + written.length;
    const isHeader = blanks !== '' || name === 'pass';
    if (isHeader && end < text.length && isSecret(name, text.slice(end))) return text.slice(0, end) + HIDDEN;
  }
  return text;
}

/**
 * Masks the password of a URL, up to the last @ of the word, since a password may contain one. Masks a token that
 * stands for the user.
 */
function maskUrl(word: string): string {
  const last = word.lastIndexOf('@');
  // The form of Go's MySQL driver: `user:password@tcp(host)/name`.
  const driver = /^[^:/@]*:/.exec(word)?.[0];
  if (driver !== undefined && /^@(?:tcp|unix)\(/.test(word.slice(last))) return driver + HIDDEN + word.slice(last);
  let kept = '';
  let from = 0;
  for (;;) {
    const slashes = word.indexOf('://', from);
    if (slashes < 0 || slashes > last) return kept + word.slice(from);
    const start = slashes + '://'.length;
    const [user = ''] = /^[^\s:/@]*/.exec(word.slice(start, last)) ?? [];
    const end = start + user.length;
    if (word[end] === ':' && end + 1 < last) return `${kept}${word.slice(from, end + 1)}${HIDDEN}${word.slice(last)}`;
    const isToken = word[end] === '@' && tokenAsUser.test(user);
    kept += word.slice(from, start) + (isToken ? HIDDEN : user);
    from = end;
  }
}
