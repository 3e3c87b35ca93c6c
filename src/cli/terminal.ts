import type { Ground } from '../state/settings.ts';
import type { Colors } from '../view/theme.ts';
import { terminfoColors } from './terminfo.ts';

/** What a terminal can show, by its description and the environment. */
export interface TerminalTraits {
  /** `TERM`. */
  readonly name: string;
  readonly colors: Colors;
  readonly ascii: boolean;
  /** As far as the environment tells. */
  readonly ground: Ground;
  /** Whether it may be asked for the colour of its ground (OSC 11): others would show the question. */
  readonly answers: boolean;
}

/** Consoles whose fonts or character sets lack what is drawn with, and which print what they do not know. */
const plainTerminals = /^(?:linux|vt\d+|dumb|ansi|cons25|unknown)/;

/** What terminals of this size are taken for that do not know theirs: a serial console. */
const USUAL_COLUMNS = 80;

/** Fewer columns are a mistake, and a table has none of its own. */
const LEAST_COLUMNS = 20;

/** Whether nothing can be drawn there: it has no cursor that moves. */
export function isDumb(environment: NodeJS.ProcessEnv): boolean {
  return environment['TERM'] === 'dumb';
}

/** How text is printed that is read as it is. */
export interface PrintingTraits {
  /** Columns of the terminal, or what COLUMNS says (environ(7)); null where a line may be as long as it likes. */
  readonly columns: number | null;
  readonly ascii: boolean;
}

export function printingTraits(
  environment: NodeJS.ProcessEnv,
  output: { readonly isTTY?: boolean; readonly columns?: number },
): PrintingTraits {
  const told = Number(environment['COLUMNS'] || Number.NaN);
  const own = output.isTTY === true ? output.columns || USUAL_COLUMNS : null;
  const columns = Number.isInteger(told) && told > 0 ? told : own;
  return { columns: columns === null ? null : Math.max(LEAST_COLUMNS, columns), ascii: !isUnicode(environment) };
}

/** The locale by setlocale(3). */
function isUnicode(environment: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '');
}

/** NO_COLOR: https://no-color.org. */
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

/** The terminal says more of itself by COLORTERM than TERM can where its description is old. */
function colorsOf(name: string, environment: NodeJS.ProcessEnv): Colors {
  const described = terminfoColors(name, environment);
  if (described !== 0 && /^(?:truecolor|24bit)$|256/.test(environment['COLORTERM'] ?? '')) return 256;
  const count = described ?? (/256color|direct/.test(name) ? 256 : 8);
  if (count >= 256) return 256;
  return count >= 16 ? 16 : count >= 8 ? 8 : 0;
}

/** `foreground;background`, as numbers of the palette, which rxvt and its like set: 7 and from 9 on are light. */
function groundOf(colors: string | undefined): Ground {
  const last = colors?.split(';').at(-1) ?? '';
  if (!/^\d{1,2}$/.test(last) || Number(last) > 15) return 'unknown';
  return Number(last) === 7 || Number(last) > 8 ? 'light' : 'dark';
}
