import type { ProcessFacts } from '../snapshot.ts';
import { baseName } from './base-name.ts';

const HIDDEN = '***';

const secretName =
  '[\\w-]*(?:passw(?:or)?d|passphrase|pass(?![\\w-])|[_-]pwd|masterauth|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|dsn(?![\\w-]))[\\w-]*';

/** `--password=X`, `DB_PASSWORD=X`, and as a part of something: `--env=TOKEN=X`, `host=h password=X`, `"secret": "X"`. */
const assignment = new RegExp(`(?<![\\w-])(${secretName}(?:=|["']\\s*:)).+$`, 'is');

/** `--password` with the secret to follow. */
const secretFlag = new RegExp(`^-{1,2}${secretName}$`, 'i');

/** A header, as curl has it: `X-Api-Key: X`. openssl's `pass:X`. */
const header = new RegExp(`(?<![\\w-])(${secretName}:\\s+|pass:)\\S.*$`, 'i');

/** To the last @ of the word, since a password may hold one. */
const passwordInUrl = /([a-z][\w+.-]*:\/\/[^\s:/@]*:)\S+(?=@)/gi;

/** Keys and tokens are user names too: Sentry's, GitHub's. */
const tokenInUrl = /([a-z][\w+.-]*:\/\/)[\w.~-]{16,}(?=@)/gi;

const authorization = /\b(bearer|basic)(\s+)\S+/gi;

/** Tokens that are known by how they begin: GitHub, GitLab, Slack, Stripe, AWS, JSON Web Tokens. */
const knownToken =
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[sr]k_(?:live|test)_|AKIA|ASIA|eyJ[\w-]+\.eyJ)[\w.-]{12,}/g;

/** Programs whose `-pX` is a password. mysql's `-p` alone asks for it, and what follows is a database. */
const attachedPassword = /^(mysql|mariadb|sshpass)/;

/** Programs with flags that a password follows, or a user with one. */
const followingPassword: ReadonlyMap<string, readonly string[]> = new Map([
  ['redis-cli', ['-a']],
  ['sshpass', ['-p']],
  ['curl', ['-u', '--user', '-U', '--proxy-user']],
]);

/** What is looked at of a command line, which may be megabytes long: more is shown nowhere. */
const MOST_WORDS = 200;
const LONGEST_WORD = 1000;

const commands = new WeakMap<ProcessFacts, string>();

/** A process's command line or title with its secrets masked; `[comm]` where it has none, as ps does. */
export function commandOf(facts: ProcessFacts): string {
  let command = commands.get(facts);
  if (command === undefined) {
    command = facts.argv.length === 0 ? `[${facts.comm}]` : maskArgv(facts.argv).join(' ');
    commands.set(facts, command);
  }
  return command;
}

/** Masks what looks like a secret. Rather too much than too little: it ends up in screenshots and bug reports. */
export function maskArgv(argv: readonly string[]): readonly string[] {
  const kept = argv.slice(0, MOST_WORDS).map(shortened);
  return kept.map((word, index) => {
    // A title, or a shell's command, is a command line of its own.
    const isCommand = kept.length === 1 || /^-\w*c$/.test(kept[index - 1] ?? '');
    if (isCommand && /\s/.test(word)) return maskCommand(word);
    const masked = maskWord(word, index, kept);
    return /\s/.test(masked) ? maskCommand(masked) : masked;
  });
}

function maskCommand(text: string): string {
  return maskText(maskArgv(text.split(/\s/)).join(' '));
}

/** Where a word is cut off, the @ that tells a password may be cut off too. */
function shortened(word: string): string {
  if (word.length <= LONGEST_WORD) return word;
  const start = word.slice(0, LONGEST_WORD);
  const address = start.lastIndexOf('://');
  return address < 0 ? start : `${start.slice(0, address)}://${HIDDEN}`;
}

function maskWord(word: string, index: number, argv: readonly string[]): string {
  const previous = argv[index - 1];
  if (previous !== undefined && secretFlag.test(previous) && !word.startsWith('--')) return HIDDEN;
  const programs = argv.slice(0, index).map(baseName);
  if (programs.some((program) => previous !== undefined && followingPassword.get(program)?.includes(previous)))
    return HIDDEN;
  if (/^-p./.test(word) && programs.some((program) => attachedPassword.test(program))) return `-p${HIDDEN}`;
  return maskText(word.replace(assignment, `$1${HIDDEN}`));
}

function maskText(text: string): string {
  return text
    .replace(passwordInUrl, `$1${HIDDEN}`)
    .replace(tokenInUrl, `$1${HIDDEN}`)
    .replace(authorization, `$1$2${HIDDEN}`)
    .replace(header, `$1${HIDDEN}`)
    .replace(knownToken, HIDDEN);
}
