/** A movement to a line and column, one further to the right that may follow, and ASCII text with its colours. */
const MOVED = /\p{Cc}\[(\d+);(\d+)H(?:\p{Cc}\[(\d*)C)?((?:[ -~]|\p{Cc}\[[\d;]*m)*)/gu;

const COLORS = /\p{Cc}\[[\d;]*m/gu;

/** More backspaces than this are longer than the movement that they replace. */
const MOST_BACK = 3;

interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The same output in fewer bytes: figures that change stand below each other, and a step down is shorter than a place
 * on the screen.
 * @param columns of the terminal; after its last one the cursor's place depends on the terminal
 */
export function shorter(output: string, columns: number): string {
  let at: Position | null = null;
  let end = -1;
  return output.replace(MOVED, (whole: string, line: string, column: string, right, text: string, offset: number) => {
    const to = { line: Number(line), column: Number(column) + (right === undefined ? 0 : Number(right) || 1) };
    const step = at !== null && offset === end ? stepDown(at, to) : null;
    const after = to.column + text.replace(COLORS, '').length;
    at = after <= columns ? { line: to.line, column: after } : null;
    end = offset + whole.length;
    return (step ?? `\x1b[${to.line};${to.column}H`) + text;
  });
}

/** Moves one line down, and a little to the left; null if that is not the way. */
function stepDown(from: Position, to: Position): string | null {
  const back = from.column - to.column;
  return to.line === from.line + 1 && back >= 0 && back <= MOST_BACK ? `\x1b[B${'\b'.repeat(back)}` : null;
}
