/** Characters that some terminals draw in one column and others in two. */
const unsure = /[\p{Emoji_Presentation}\p{Regional_Indicator}]/u;

/**
 * A character as it is sent to a cell, counted from 0. One of unsure width gets movements that put what follows in its
 * place, and blanks under it.
 * @param columns the columns reserved for it
 */
export function placed(character: string, x: number, y: number, columns: number): string {
  if (columns === 1 && character.length === 1) return character;
  if (!unsure.test(character)) return character;
  const to = (column: number) => `\x1b[${y + 1};${column + 1}H`;
  return `${' '.repeat(columns)}${to(x)}${character}${to(x + columns)}`;
}
