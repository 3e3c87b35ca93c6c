/**
 * Makes texts that a regular expression may take long over, out of the expression itself. A text leads to one of its
 * repetitions, repeats the same piece again and again, and ends with something that does not fit.
 */

/** A piece of an expression: what it may match, as examples; and whether it is repeated. */
interface Piece {
  readonly examples: readonly string[];
  readonly repeated: boolean;
}

/** Beyond what the expression names. */
const COMMON = [' ', '\t', '\r', 'a', '0', '/', ':', '.', '-'] as const;

/** Ends that most expressions do not fit: `.` takes no newline, `\S` no blank, `$` nothing more. */
const ENDS = ['', '!', '\n!\n!', '/:"\u2028'] as const;

const MOST_PUMPS = 60;

/** The pieces of one alternative of an expression, in order, with its groups' first alternatives inlined. */
function piecesOf(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < source.length) {
    const { examples, inner, next } = atom(source, at);
    const quantifier = /^(?:[*+?]|\{\d*,?\d*\})\??/.exec(source.slice(next))?.[0] ?? '';
    const repeated = /^[*+{]/.test(quantifier);
    if (inner === undefined) pieces.push({ examples, repeated });
    else pieces.push(...inner, { examples: ['', ...examples], repeated });
    at = next + quantifier.length;
  }
  return pieces;
}

interface Atom {
  readonly examples: readonly string[];
  /** The pieces of a group. */
  readonly inner?: readonly Piece[];
  readonly next: number;
}

function atom(source: string, at: number): Atom {
  const character = source[at] ?? '';
  if (character === '[') {
    let end = at + 1;
    while (source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
    return { examples: fitting(source.slice(at, end + 1)), next: end + 1 };
  }
  if (character === '(') {
    const end = closing(source, at);
    const head = /^\(\?(?:<?[=!]|:|<\w+>)/.exec(source.slice(at))?.[0] ?? '(';
    if (head.includes('!') || head.includes('<=')) return { examples: [''], next: end + 1 };
    const [first = [], ...others] = alternatives(source.slice(at + head.length, end)).map(piecesOf);
    return { examples: [first, ...others].map(sample), inner: first, next: end + 1 };
  }
  if (character === '\\') {
    const length = /^\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|p\{[^}]*\}|.)/i.exec(source.slice(at))?.[0].length ?? 2;
    const escaped = source.slice(at, at + length);
    return { examples: /^\\[bB]$/.test(escaped) ? [''] : fitting(escaped), next: at + length };
  }
  if (character === '^' || character === '$' || character === '|') return { examples: [''], next: at + 1 };
  return { examples: character === '.' ? [...COMMON] : [character], next: at + 1 };
}

function closing(source: string, open: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = open; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return source.length;
}

function alternatives(source: string): readonly string[] {
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at <= source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (character === '[') while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
    else if (character === '(') at = closing(source, at);
    else if (character === '|' || at === source.length) {
      found.push(source.slice(start, at));
      start = at + 1;
    }
  }
  return found;
}

/** Characters that a class or an escape matches. */
function fitting(expression: string): readonly string[] {
  const pattern = new RegExp(`^${expression}$`, expression.includes('\\p') ? 'u' : '');
  const named = [...expression].filter((character) => character !== '\\');
  const found = [...COMMON, ...named, '\n', '"', 'A', '\u0301', '\u202e'].filter((character) =>
    pattern.test(character),
  );
  return found.length > 0 ? [...new Set(found)] : [''];
}

function sample(pieces: readonly Piece[]): string {
  return pieces.map(({ examples, repeated }) => (examples[0] ?? '').repeat(repeated ? 2 : 1)).join('');
}

/** @param characters about how long each text is to be */
export function* attacksOn(source: string, characters: number): Generator<string> {
  for (const alternative of alternatives(source)) {
    const pieces = piecesOf(alternative);
    if (!pieces.some(({ repeated }) => repeated)) continue;
    const runs = pieces.flatMap((_, start) =>
      pieces.slice(start, start + 6).map((__, length) => sample(pieces.slice(start, start + length + 1))),
    );
    const singles = pieces.flatMap(({ examples }) => examples);
    const pumps = [...new Set([...COMMON, ...runs, ...singles])].filter((pump) => pump !== '').slice(0, MOST_PUMPS);
    const nearRepeated = (index: number) => pieces[index]?.repeated || pieces[index + 1]?.repeated;
    const leads = new Set([
      '',
      ...pieces.flatMap((_, at) => (nearRepeated(at) ? sample(pieces.slice(0, at + 1)) : [])),
    ]);
    for (const lead of leads) {
      for (const pump of pumps) {
        const body = lead + pump.repeat(Math.ceil(characters / pump.length));
        for (const end of ENDS) yield body + end;
      }
    }
  }
}
