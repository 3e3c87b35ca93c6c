import { memoize } from '../memoize.ts';
import type { ProcessFacts } from '../snapshot.ts';
import { baseName } from './base-name.ts';

const HIDDEN = '***';

/** Names of what is secret, wherever in a name they stand. */
const secretWord =
  /passw(?:or)?d|passphrase|[_-]pwd|masterauth|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|cookie|session[-_]?id/i;

/** Those that are so at the end of a name alone: `SENTRY_DSN`, `DB_PASS`, `STRIPE_KEY`, `AccountKey`, `BASIC_AUTH`. */
const secretEnd = /(?:pass|dsn|(?:^|[_-])(?:key|auth|salt))$/i;
const secretCamel = /[a-z]Key$/;

/** `NAME=`, and in JSON `"NAME":`. The name is matched from its start alone, so that a long one is gone over once. */
const assignment = /(?<![\w-])([\w-]+)(?:=|["']\s*:)/g;

/** `NAME: `, as headers have it. openssl's `pass:X`. */
const header = /(?<![\w-])([\w-]+):(\s*)/g;

/** What may stand before the secret of an Authorization header (RFC 9110). */
const authorization = /\b(bearer|basic|digest|negotiate)(\s+)\S+/gi;

/** A token as the user of a URL: Sentry's, GitHub's. Names of people are shorter, or have no digits. */
const tokenAsUser = /^(?:.{16,}|(?=.*\d)(?=.*[a-z]).{10,})$/i;

/**
 * Tokens that are known by how they begin: GitHub, GitLab, Slack, Stripe, AWS, Google, SendGrid, npm, PyPI, OpenAI and its like,
 * Shopify, DigitalOcean, Docker, Hugging Face, Vault, JSON Web Tokens.
 */
const knownToken =
  /\b(?:gh[pousr]_|github_pat_|gl(?:pat|rt|dt)-|xox[abeprs]-|xapp-|[srp]k_(?:live|test)_|whsec_|AKIA|ASIA|AIza|ya29\.|SG\.|npm_|pypi-|sk-|shp(?:at|ss)_|dop_v1_|dckr_pat_|hf_|hvs\.|eyJ)[\w.-]{12,}/g;

/** Programs whose `-pX` is a password. mysql's `-p` alone asks for it, and what follows is a database. */
const attachedPassword = /^(mysql|mariadb|sshpass)/;

/** Programs with flags that a password follows, or a user with one. */
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

/** What is looked at of a command line, which may be megabytes long: more is shown nowhere. */
const MOST_WORDS = 200;
const LONGEST_WORD = 1000;
const LONGEST_COMMAND = 8000;

/** A process's command line or title with its secrets masked; `[comm]` where it has none, as ps does. */
export const commandOf: (facts: ProcessFacts) => string = memoize(({ argv, comm }) =>
  argv.length === 0 ? `[${comm}]` : maskArgv(argv).join(' '),
);

/** Masks what looks like a secret. Rather too much than too little: it ends up in screenshots and bug reports. */
export function maskArgv(argv: readonly string[]): readonly string[] {
  const kept = beginningOf(argv);
  const programs = kept.map(baseName);
  return kept.map((word, index) => {
    // A title, or a shell's command, is a command line of its own.
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

/** Where a word is cut off, the @ that tells a password may be cut off too. */
function shortened(word: string): string {
  if (word.length <= LONGEST_WORD) return word;
  const start = word.slice(0, LONGEST_WORD);
  const address = start.lastIndexOf('://');
  return address < 0 ? start : `${start.slice(0, address)}://${HIDDEN}`;
}

/** @param programs what may be the program that the word is an argument of: all words before it */
function maskWord(word: string, previous: string | undefined, programs: readonly string[]): string {
  if (previous !== undefined && isSecretFlag(previous, word)) return HIDDEN;
  if (previous?.startsWith('-') && programs.some((program) => followingPassword.get(program)?.includes(previous)))
    return HIDDEN;
  if (/^-p./.test(word) && programs.some((program) => attachedPassword.test(program))) return `-p${HIDDEN}`;
  return maskText(maskAssignment(word));
}

/** `--password` with the secret to follow. */
function isSecretFlag(flag: string, value: string): boolean {
  return /^--?[\w-]+$/.test(flag) && !value.startsWith('--') && isSecret(flag, value);
}

/** A key may be a file, whose path is no secret. */
function isSecret(name: string, value: string): boolean {
  if (secretWord.test(name)) return true;
  return (secretEnd.test(name) || secretCamel.test(name)) && !(/key$/i.test(name) && /^\.{0,2}\//.test(value));
}

/** `DB_PASSWORD=X`, and as a part of something: `--env=TOKEN=X`, `host=h password=X`. All that follows is masked. */
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

/** The password of a URL, to the last @ of the word since a password may hold one; and a token that is its user. */
function maskUrl(word: string): string {
  const last = word.lastIndexOf('@');
  // As Go's driver for MySQL has it: `user:password@tcp(host)/name`.
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
