/**
 * What must never reach a terminal, or would not be seen there: control characters and escape sequences, marks that turn
 * the direction of writing, characters of no width, halves of surrogate pairs.
 */
const harmful = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
const combining = /\p{M}/gu;
const plainAscii = /^[\x20-\x7e]*$/;

/** Names are data: what is harmful in them is shown as `·`, wherever they come from. */
export function clean(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.normalize('NFC').replace(combining, '').replace(harmful, '·');
}

/** JSON in which what is harmful is escaped: the same data, and safe to look at on a terminal. One line without `indent`. */
export function json(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  // JSON itself escapes up to U+001F, so that the newlines of indentation are all that is left of those.
  return text.replace(harmful, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  // By UTF-16 units, as JSON escapes characters beyond U+FFFF.
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
