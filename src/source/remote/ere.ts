/**
 * An extended regular expression of grep(1), in the C locale, that matches every line that a regular expression matches,
 * and perhaps more: it only decides what crosses the wire, and its lines are matched again here. Null if there is none.
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
      // Inside of brackets a backslash is a character like others there.
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
  // More than wanted: it matches anywhere.
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
