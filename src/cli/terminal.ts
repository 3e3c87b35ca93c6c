import type { Ground } from '../state/settings.ts';
import type { Colors } from '../view/theme.ts';
import { terminfoColors } from './terminfo.ts';

/** What a terminal can show, from its description and the environment. */
export interface TerminalTraits {
  /** `TERM`. */
  readonly name: string;
  readonly colors: Colors;
  readonly ascii: boolean;
  /** Its background, if the environment tells. */
  readonly ground: Ground;
  /** Whether it may be asked for its background colour (OSC 11). Other terminals would print the question. */
  readonly answers: boolean;
}

/** Consoles whose fonts or character sets lack the characters that are drawn, and which print unknown sequences. */
const plainTerminals = /^(?:linux|vt\d+|dumb|ansi|cons25|unknown)/;

/** Width assumed for a terminal that does not know its own, such as a serial console. */
const USUAL_COLUMNS = 80;

/** Fewer columns are a mistake. */
const LEAST_COLUMNS = 20;

/** Whether nothing can be drawn: the cursor cannot be moved. */
export function isDumb(environment: NodeJS.ProcessEnv): boolean {
  return environment['TERM'] === 'dumb';
}

/** How to print text that is read as it is. */
export interface PrintingTraits {
  /** Columns of the terminal, or COLUMNS (environ(7)); null for no limit. */
  readonly columns: number | null;
  readonly ascii: boolean;
}

/** How to print to stdout. */
export function printingTraits(
  environment: NodeJS.ProcessEnv,
  output: { readonly isTTY?: boolean; readonly columns?: number },
): PrintingTraits {
  const fromEnvironment = Number(environment['COLUMNS'] || Number.NaN);
  const own = output.isTTY === true ? output.columns || USUAL_COLUMNS : null;
  const columns = Number.isInteger(fromEnvironment) && fromEnvironment > 0 ? fromEnvironment : own;
  return { columns: columns === null ? null : Math.max(LEAST_COLUMNS, columns), ascii: !isUnicode(environment) };
}

/** Whether the locale is UTF-8 (setlocale(3)). */
function isUnicode(environment: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '');
}

/** What the terminal of this environment can show. NO_COLOR: https://no-color.org. */
export function terminalTraits(environment: NodeJS.ProcessEnv): TerminalTraits {
  const name = environment['TERM'] || 'xterm';
  const plain = plainTerminals.test(name);
  return {
    name,
    colors: environment['NO_COLOR'] ? 0 : colorsOf(name, environment),
    ascii: plain || !isUnicode(environment),
    ground: groundOf(environment['COLORFGBG']),
    answers: !plain,
  };
}

/** Number of colours. COLORTERM counts first, since descriptions may be old. */
function colorsOf(name: string, environment: NodeJS.ProcessEnv): Colors {
  const described = terminfoColors(name, environment);
  if (described !== 0 && /^(?:truecolor|24bit)$|256/.test(environment['COLORTERM'] ?? '')) return 256;
  const count = described ?? (/256color|direct/.test(name) ? 256 : 8);
  if (count >= 256) return 256;
  return count >= 16 ? 16 : count >= 8 ? 8 : 0;
}

/**
 * The background from COLORFGBG, `foreground;background` in numbers of the palette, which rxvt and others set: 7 and
 * numbers from 9 are light.
 */
function groundOf(colors: string | undefined): Ground {
  const last = colors?.split(';').at(-1) ?? '';
  if (!/^\d{1,2}$/.test(last) || Number(last) > 15) return 'unknown';
  return Number(last) === 7 || Number(last) > 8 ? 'light' : 'dark';
}
