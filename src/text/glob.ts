/** The wildcards of a pattern: `*` stands for any text, `?` for one character. */
export type Wildcards = '*' | '*?';

/**
 * Whether a pattern matches the whole text. There is no backtracking: each part between two stars is taken where it
 * first fits. Time is at most the length of the text times that of the longest part.
 */
export function matchesGlob(text: string, pattern: string, wildcards: Wildcards): boolean {
  const single = wildcards === '*?' && pattern.includes('?');
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (!fits(text, first, 0, single)) return false;
  if (last === undefined) return text.length === first.length;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = find(text, part, at, end, single);
    if (found === null) return false;
    at = found + part.length;
  }
  return at <= end && fits(text, last, end, single);
}

function find(text: string, part: string, from: number, end: number, single: boolean): number | null {
  if (!single || !part.includes('?')) {
    const at = text.indexOf(part, from);
    return at < 0 || at + part.length > end ? null : at;
  }
  for (let at = from; at + part.length <= end; at++) if (fits(text, part, at, single)) return at;
  return null;
}

function fits(text: string, part: string, at: number, single: boolean): boolean {
  if (!single) return text.startsWith(part, at);
  if (at + part.length > text.length) return false;
  for (let index = 0; index < part.length; index++) {
    const wanted = part[index];
    if (wanted !== '?' && wanted !== text[at + index]) return false;
  }
  return true;
}
