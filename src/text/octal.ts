/** Decodes octal escapes such as `\040`, by which proc(5) and mountinfo write blanks and the like in paths. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
