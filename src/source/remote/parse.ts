import type { ReadFailure } from '../proc/files.ts';

/** The fields after the name in proc_pid_stat(5). No name is long enough to hold so many. */
const STAT_LINE = /^(\d{1,10}) \([\s\S]{0,64}\) [A-Za-z](?: -?\d{1,20}){30,60}$/;

/** Most newlines in a name. */
const MOST_NEWLINES = 64;

/**
 * Cuts the `stat` lines of many processes apart. A name may hold newlines and parentheses, but never all the numbers that
 * follow it: a line ends where it is one.
 */
export function splitStats(content: Buffer): readonly { readonly pid: number; readonly line: Buffer }[] {
  const found: { readonly pid: number; readonly line: Buffer }[] = [];
  for (let from = 0; from < content.length; ) {
    let end = content.indexOf(0x0a, from);
    if (end < 0) break;
    const first = end;
    let pid: string | undefined;
    for (let tries = 0; tries < MOST_NEWLINES && end >= 0 && end - from < 2048; tries++) {
      pid = STAT_LINE.exec(content.toString('latin1', from, end))?.[1];
      if (pid !== undefined) break;
      end = content.indexOf(0x0a, end + 1);
    }
    if (pid === undefined) from = first + 1;
    else {
      found.push({ pid: Number(pid), line: content.subarray(from, end) });
      from = end + 1;
    }
  }
  return found;
}

/** What `cat` says, of coreutils and of busybox, in the C locale. */
const COMPLAINT = /^\w+: (?:can't open )?.{1,300}: ([A-Z][A-Za-z ]+)\n$/s;

/** The content of a file, or why `cat` could not read it. */
export function contentOrFailure(content: Buffer): Buffer | ReadFailure {
  if (content.length > 400) return content;
  const reason = COMPLAINT.exec(content.toString('latin1'))?.[1];
  if (reason === undefined) return content;
  if (reason === 'Permission denied' || reason === 'Operation not permitted') return 'denied';
  return 'missing';
}

/**
 * Targets of links by name, from `ls -ld` with QUOTING_STYLE=c, or of busybox, which prints neither quotes nor control
 * characters. Null if it may not be read. A name that is listed twice is left out.
 */
export function parseLinks(text: string): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  const twice = new Set<string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('l')) continue;
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

/** Decodes the escapes of C, whose octal numbers are bytes of UTF-8. */
function unescaped(text: string): string {
  const bytes = text.replace(/\\([0-7]{3}|.)/gs, (_, code: string) => {
    if (/^[0-7]{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return escapes[code] ?? code;
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Environments, one for each separator line: the lines before it, as proc_pid_environ(5) has them. */
export function parseEnvironments(content: Buffer, nonce: string): readonly Buffer[] {
  const parts: Buffer[] = [];
  let lines: Buffer[] = [];
  const separator = `W=${nonce}`;
  for (let from = 0; from < content.length; ) {
    let end = content.indexOf(0x0a, from);
    if (end < 0) end = content.length;
    const line = content.subarray(from, end);
    from = end + 1;
    if (line.length === separator.length && line.toString('latin1') === separator) {
      parts.push(Buffer.concat(lines));
      lines = [];
    } else lines.push(withNewlines(line), Buffer.of(0));
  }
  return parts;
}

/** Newlines of values travel as bytes of 1. */
function withNewlines(line: Buffer): Buffer {
  return line.includes(1) ? Buffer.from(line.map((byte) => (byte === 1 ? 0x0a : byte))) : line;
}
