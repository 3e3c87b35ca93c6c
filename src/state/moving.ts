import { commandFor } from './keymap.ts';

const back = new Set(['escape', 'q', 'backspace']);

/** Whether a key closes any panel. */
export function isBack(key: string): boolean {
  return back.has(key);
}

/** Lines that a key moves by; null if it does not move. */
export function stepOf(key: string, page: number): number | null {
  switch (commandFor(key)) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -page;
    case 'page-down':
      return page;
    case 'top':
      return Number.NEGATIVE_INFINITY;
    case 'bottom':
      return Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}

/** The index after a key, in a list of `count` entries. */
export function moved(index: number, count: number, key: string): number {
  const step = stepOf(key, 10) ?? 0;
  return Math.max(0, Math.min(count - 1, index + step));
}
