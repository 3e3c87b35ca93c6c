/**
 * Characters that must not reach a terminal or would be invisible there: control characters and escape sequences, marks
 * that change the direction of writing, characters without width, halves of surrogate pairs.
 */
const harmful = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
const combining = /\p{M}/gu;
const plainAscii = /^[\x20-\x7e]*$/;

/** Replaces harmful characters by `·`. Names come from processes and may contain anything. */
export function clean(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.normalize('NFC').replace(combining, '').replace(harmful, '·');
}

/** JSON with harmful characters escaped: the same data, safe to print to a terminal. One line without `indent`. */
export function json(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  // JSON.stringify escapes characters up to U+001F: the only newlines left are those of the indentation.
  return text.replace(harmful, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  // One escape for each UTF-16 unit, as JSON has them for characters beyond U+FFFF.
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
