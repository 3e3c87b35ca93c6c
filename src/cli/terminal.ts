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

/** NO_COLOR: https://no-color.org. The locale by setlocale(3). */
export function terminalTraits(environment: NodeJS.ProcessEnv): TerminalTraits {
  const name = environment['TERM'] || 'xterm';
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  const plain = plainTerminals.test(name);
  return {
    name,
    colors: environment['NO_COLOR'] ? 0 : colorsOf(name, environment),
    ascii: plain || !/utf-?8/i.test(locale),
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
