/** The part of a line before a mark such as `#` or `;`, which begin a comment. */
export function upTo(line: string, mark: string): string {
  const at = line.indexOf(mark);
  return at < 0 ? line : line.slice(0, at);
}
