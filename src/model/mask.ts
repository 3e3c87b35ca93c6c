import { baseName } from '../servers/program.ts';
import type { ProcessFacts } from '../snapshot.ts';

const HIDDEN = '***';

const secretName =
  '[\\w-]*(?:passw(?:or)?d|passphrase|pass(?![\\w-])|masterauth|secret|token|api[-_]?key|access[-_]?key|private[-_]?key)[\\w-]*';

/** `--password=X`, `DB_PASSWORD=X`. */
const assignment = new RegExp(`^(${secretName}=).+$`, 'is');

/** `--password` with the secret to follow. */
const secretFlag = new RegExp(`^-{1,2}${secretName}$`, 'i');

/** To the last @ of the word, since a password may hold one. */
const passwordInUrl = /([a-z][\w+.-]*:\/\/[^\s:/@]*:)\S+(?=@)/gi;

const authorization = /\b(bearer|basic)(\s+)\S+/gi;

/** Programs whose `-pX` is a password. mysql's `-p` alone asks for it, and what follows is a database. */
const attachedPassword = /^(mysql|mariadb|sshpass)/;

/** Programs with a short flag that a password follows. */
const followingPassword: Readonly<Record<string, string>> = { 'redis-cli': '-a', sshpass: '-p' };

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
    if (word.includes(' ') && (kept.length === 1 || kept[index - 1] === '-c')) {
      return maskText(maskArgv(word.split(' ')).join(' '));
    }
    return maskWord(word, index, kept);
  });
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
  if (programs.some((program) => followingPassword[program] === previous)) return HIDDEN;
  if (/^-p./.test(word) && programs.some((program) => attachedPassword.test(program))) return `-p${HIDDEN}`;
  return maskText(word.replace(assignment, `$1${HIDDEN}`));
}

function maskText(text: string): string {
  return text.replace(passwordInUrl, `$1${HIDDEN}`).replace(authorization, `$1$2${HIDDEN}`);
}
