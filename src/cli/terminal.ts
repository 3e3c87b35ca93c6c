import type { Colors } from '../view/theme.ts';

/** What a terminal can show, by its name and the environment. */
export interface TerminalTraits {
  readonly name: string;
  readonly colors: Colors;
  readonly ascii: boolean;
}

/** Consoles whose fonts or character sets lack what is drawn with. */
const plainTerminals = /^(?:linux|vt\d+|dumb|ansi|cons25)/;

/** NO_COLOR: https://no-color.org. The locale by setlocale(3). */
export function terminalTraits(environment: NodeJS.ProcessEnv): TerminalTraits {
  const name = environment['TERM'] || 'xterm';
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return {
    name,
    colors: environment['NO_COLOR'] ? 0 : colorsOf(name, environment['COLORTERM']),
    ascii: plainTerminals.test(name) || !/utf-?8/i.test(locale),
  };
}

function colorsOf(name: string, colorterm: string | undefined): Colors {
  if (/^(?:vt\d+|dumb|ansi-m)/.test(name)) return 0;
  return /256color|direct|kitty|alacritty|ghostty|foot/.test(name) || colorterm ? 256 : 16;
}
