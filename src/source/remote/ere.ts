/**
 * Turns a regular expression into one for `grep -E` in the C locale. It matches at least the same lines: it only
 * reduces what is sent, and the lines are matched again here. Null if there is no such expression.
 */
export function toExtended({
  source,
  flags,
}: RegExp): { readonly pattern: string; readonly ignoreCase: boolean } | null {
  if (/[^im]/.test(flags)) return null;
  let pattern = '';
  let inClass = false;
  for (let index = 0; index < source.length; index++) {
    const rest = source.slice(index);
    const character = source[index] ?? '';
    const next = source[index + 1] ?? '';
    if (character.charCodeAt(0) > 0x7e || character.charCodeAt(0) < 0x20) return null;
    if (character === '\\') {
      const known = inClass ? classesInside[next] : classes[next];
      // Inside brackets, POSIX takes a backslash as an ordinary character.
      if (known !== undefined) pattern += known;
      else if (/[\w\\]/.test(next) || (inClass && /[\]^-]/.test(next))) return null;
      else pattern += inClass ? next : `\\${next}`;
      index++;
    } else if (inClass) {
      if (character === '[') return null;
      inClass = character !== ']';
      pattern += character;
    } else if (character === '[') {
      inClass = true;
      pattern += character;
      if (next === ']') return null;
      if (next === '^') {
        pattern += next;
        index++;
      }
    } else if (rest.startsWith('(?:')) {
      pattern += '(';
      index += 2;
    } else if (/^(?:\(\?|[*+?}]\?)/.test(rest)) return null;
    else if (character === '{' && !/^\{\d+(?:,\d*)?\}/.test(rest)) return null;
    else pattern += character;
  }
  return pattern === '' ? null : { pattern, ignoreCase: flags.includes('i') };
}

const classes: Readonly<Record<string, string>> = {
  s: '[[:space:]]',
  S: '[^[:space:]]',
  d: '[0-9]',
  D: '[^0-9]',
  w: '[A-Za-z0-9_]',
  W: '[^A-Za-z0-9_]',
  // Matches more than `\b` does, which is harmless.
  b: '',
  '/': '/',
};

const classesInside: Readonly<Record<string, string>> = {
  s: '[:space:]',
  d: '0-9',
  w: 'A-Za-z0-9_',
  '/': '/',
  '.': '.',
};
