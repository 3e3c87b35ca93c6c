/** Longest text that can be typed. */
const LONGEST = 80;

/** Text after a key; null if the key does not edit. */
export function edited(text: string, key: string, character: string | null): string | null {
  if (key === 'backspace') return [...text].slice(0, -1).join('');
  if (key === 'C-u') return '';
  if (key === 'C-w') return text.replace(/\S*\s*$/, '');
  if (character === null || /\p{C}/u.test(character)) return null;
  return text.length < LONGEST ? text + character : text;
}
