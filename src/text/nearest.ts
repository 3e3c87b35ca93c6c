/** The word that was probably meant: the one with the smallest edit distance; null if none is near. */
export function nearest(word: string, words: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(word.length / 3));
  const ranked = words
    .map((candidate) => ({ candidate, changes: editDistance(word, candidate) }))
    .sort((a, b) => a.changes - b.changes);
  const [first] = ranked;
  return first !== undefined && first.changes <= most ? first.candidate : null;
}

/** The number of letters to add, drop, change or swap with a neighbour (optimal string alignment distance). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let column = 1; column <= to.length; column++) {
      const cost = (r: number, c: number) => rows[r]?.[c] ?? 0;
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min((line[column - 1] ?? 0) + 1, cost(row - 1, column) + 1, cost(row - 1, column - 1) + same);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) least = Math.min(least, cost(row - 2, column - 2) + 1);
      line.push(least);
    }
    rows.push(line);
  }
  return rows[from.length]?.[to.length] ?? 0;
}
