import type { Pty } from '../test/helpers/pty.ts';
import { animatedSvg, type Frame, terminalSvg } from './svg.ts';

/** Milliseconds between two looks. */
const EVERY = 100;

/** A screen that is shown for less long is not worth a picture. Milliseconds. */
const SHORTEST = 400;

export interface Cast {
  /** Ends it. @returns an asciicast, version 2: https://docs.asciinema.org/manual/asciicast/v2/ */
  end(): string;
  /** The same as pictures that follow one another. */
  svg(): string;
}

/** Records what a terminal shows from now on. */
export function recorded(pty: Pty): Cast {
  const began = performance.now();
  const { cols, rows } = pty.terminal;
  const lines = [JSON.stringify({ version: 2, width: cols, height: rows, title: 'workertop demo' })];
  const frames: Frame[] = [];
  let sent = 0;
  const look = () => {
    const at = performance.now() - began;
    const raw = pty.raw();
    if (raw.length > sent) {
      lines.push(JSON.stringify([Number((at / 1000).toFixed(3)), 'o', raw.slice(sent)]));
      sent = raw.length;
    }
    const drawn = terminalSvg(pty.terminal);
    const last = frames.at(-1);
    if (last?.svg === drawn) return;
    // What was there for a moment only is left out.
    if (last !== undefined && at - last.at < SHORTEST) frames.pop();
    frames.push({ at: last !== undefined && at - last.at < SHORTEST ? last.at : at, svg: drawn });
  };
  look();
  const timer = setInterval(look, EVERY);
  return {
    end: () => {
      clearInterval(timer);
      look();
      return `${lines.join('\n')}\n`;
    },
    svg: () => animatedSvg(frames),
  };
}
