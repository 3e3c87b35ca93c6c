import type { ReadFailure } from '../proc/files.ts';

/** The fields after the name in proc_pid_stat(5). No name is long enough to contain so many numbers. */
const STAT_LINE = /^(\d{1,10}) \([\s\S]{0,64}\) [A-Za-z](?: -?\d{1,20}){30,60}$/;

/** Most newlines in a name. */
const MOST_NEWLINES = 64;

/**
 * Most lines that belong to no process. After these the rest is dropped: searching 32 MB of them would take minutes.
 */
const MOST_STRAY = 1000;

/**
 * Cuts the `stat` lines of many processes apart. A name may contain newlines and parentheses, but not all the numbers
 * after it, so these end a line.
 */
export function splitStats(content: Buffer): readonly { readonly pid: number; readonly line: Buffer }[] {
  const found: { readonly pid: number; readonly line: Buffer }[] = [];
  let stray = 0;
  for (let from = 0; from < content.length && stray < MOST_STRAY; ) {
    let end = content.indexOf(0x0a, from);
    if (end < 0) break;
    const first = end;
    let pid: string | undefined;
    for (let tries = 0; tries < MOST_NEWLINES && end >= 0 && end - from < 2048; tries++) {
      pid = STAT_LINE.exec(content.toString('latin1', from, end))?.[1];
      if (pid !== undefined) break;
      end = content.indexOf(0x0a, end + 1);
    }
    if (pid === undefined) {
      stray += 1;
      from = first + 1;
    } else {
      found.push({ pid: Number(pid), line: content.subarray(from, end) });
      from = end + 1;
    }
  }
  return found;
}

/** Error messages of `cat`, from coreutils and from busybox, in the C locale. */
const COMPLAINT = /^\w+: (?:can't open )?.{1,300}: ([A-Z][A-Za-z ]+)\n$/s;

/** The content of a file, or why `cat` could not read it. */
export function contentOrFailure(content: Buffer): Buffer | ReadFailure {
  if (content.length > 400) return content;
  const reason = COMPLAINT.exec(content.toString('latin1'))?.[1];
  if (reason === undefined) return content;
  if (reason === 'Permission denied' || reason === 'Operation not permitted') return 'denied';
  return 'missing';
}

/** Most characters of a line of `ls`: a name and a target of 4,096 bytes, each printed as up to four characters. */
const LONGEST_LINK = 33_000;

/**
 * Parses link targets, by name, from `ls -ld` with QUOTING_STYLE=c, or from busybox, which prints neither quotes nor
 * control characters. A target is null if it may not be read. A name listed twice is left out.
 */
export function parseLinks(text: string): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  const twice = new Set<string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('l') || line.length > LONGEST_LINK) continue;
    const quoted = /^l\S* .*? "((?:[^"\\]|\\.)*)"(?: -> "((?:[^"\\]|\\.)*)")?$/.exec(line);
    const plain = quoted ?? /^l\S* +\d+ +\S+ +\S+ +\d+ +.{12} (\S+)(?: -> (.*))?$/.exec(line);
    const [, name, target] = plain ?? [];
    if (name === undefined) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, target === undefined ? null : quoted === null ? target : unescaped(target));
  }
  for (const name of twice) found.delete(name);
  return found;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Decodes C escapes. Octal numbers are bytes of UTF-8. */
function unescaped(text: string): string {
  const bytes = text.replace(/\\([0-7]{3}|.)/gs, (_, code: string) => {
    if (/^[0-7]{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return escapes[code] ?? code;
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The lines of `cat`'s own environment, which mark the end of each file. */
export interface OwnLines {
  readonly lines: readonly string[];
  /** The first variable of that environment; it may follow the last byte of a file without a newline. */
  readonly first: string;
  /** The index of the line that marks the end of the file; never the first line. */
  readonly mark: number;
}

/**
 * @param separator the bytes that `cat` writes between two files
 * @param variables names of variables that may be sent here
 */
export function ownLines(separator: Buffer, nonce: string, variables: readonly string[]): OwnLines {
  const isMark = (line: string) => line === `W=${nonce}` || line === `X=${nonce}`;
  const crosses = (line: string) => isMark(line) || variables.some((name) => line.startsWith(`${name}=`));
  const all = separator.toString('latin1').replaceAll('\n', '\x01').split('\0');
  const lines = all.filter(crosses).map((line) => line.slice(0, LONGEST_VARIABLE));
  return {
    lines,
    first: all[0] ?? '',
    mark: lines.findLastIndex((line) => line === `W=${nonce}` || line === `X=${nonce}`),
  };
}

/** Most bytes of a variable that is sent. */
const LONGEST_VARIABLE = 4096;

/** Splits environments as in proc_pid_environ(5). Each ends at the lines of `cat`'s own environment. */
export function parseEnvironments(content: Buffer, { lines: own, first, mark }: OwnLines): readonly Buffer[] {
  const lines = content.toString('latin1').split('\n');
  const parts: Buffer[] = [];
  let from = 0;
  for (const [index, line] of lines.entries()) {
    if (index < from || line !== own[mark]) continue;
    let end = index;
    let before = mark - 1;
    for (; before >= 0 && end > from && lines[end - 1] === own[before]; before--) end -= 1;
    const variables = lines.slice(from, end);
    const last = variables.at(-1);
    if (before === own.indexOf(first) && last?.endsWith(first)) variables.splice(-1, 1, last.slice(0, -first.length));
    // The shell sends newlines in values as bytes of 1.
    const text = variables.map((variable) => `${variable.replaceAll('\x01', '\n')}\0`).join('');
    parts.push(Buffer.from(text, 'latin1'));
    from = index + 1;
    for (let after = mark + 1; after < own.length && lines[from] === own[after]; after++) from += 1;
  }
  return parts;
}
