import type { Memory } from '../model/model.ts';
import type { Figure, RowFigures } from '../model/row-figures.ts';
import { bytes } from '../text/figures.ts';

export { bytes, duration, percent, plural } from '../text/figures.ts';

/** Shown for an unknown figure. */
export const UNKNOWN = '–';

/** Shown for a figure that has not been read yet. */
export const UNREAD = '…';

/** Bytes; `~` before a figure that is an estimate. */
export function memoryText({ counted, exact }: Pick<Memory, 'counted' | 'exact'>): string {
  return counted === null ? UNREAD : `${exact ? '' : '~'}${bytes(counted)}`;
}

/** A fraction as `30.8%`, `100%`. */
export function shareText(share: number | null): string {
  if (share === null) return UNREAD;
  return share >= 0.9995 ? '100%' : `${(share * 100).toFixed(1)}%`;
}

/** A fraction in two significant digits: `44%`, `2.5%`. */
export function shortShare(share: number): string {
  const value = share * 100;
  return value >= 9.95 || value === 0 ? `${value.toFixed(0)}%` : `${value.toFixed(1)}%`;
}

/** CPU in percent of one core, as in htop. */
export function cpuText(cpu: number | null): string {
  if (cpu === null) return UNKNOWN;
  const percent = cpu * 100;
  return percent >= 99.95 ? percent.toFixed(0) : percent.toFixed(1);
}

/** Seconds as `40s`, `12m`, `3h20m` or `3d04h`. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m`;
  const hours = Math.floor(whole / 3600);
  if (hours < 24) return `${hours}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
  const days = Math.floor(hours / 24);
  return days < 100 ? `${days}d${String(hours % 24).padStart(2, '0')}h` : `${days}d`;
}

/** A count in at most five characters: `12345`, `123k`; a dash if unknown. */
export function countText(count: number | null): string {
  if (count === null) return UNKNOWN;
  return count < 100_000 ? String(count) : `${Math.round(count / 1000)}k`;
}

/** The figures of a row as text. */
export interface RowTexts {
  readonly workers: string;
  readonly mem: string;
  readonly frees: string;
  readonly cpu: string;
  readonly queue: string;
}

/** The figures of a row as the dashboard and `list` print them; empty if the row has none. */
export function rowTexts({ workers, memory, frees, freesExact, cpu, queue }: RowFigures): RowTexts {
  return {
    workers: workers === undefined ? '' : String(workers),
    mem: memoryText(memory),
    frees: ifAny(frees, (value) => (value === null ? UNKNOWN : `${freesExact ? '' : '~'}${bytes(value)}`)),
    cpu: cpuText(cpu),
    queue: ifAny(queue, countText),
  };
}

function ifAny(figure: Figure, text: (value: number | null) => string): string {
  return figure === undefined ? '' : text(figure);
}

/** Wall clock, milliseconds since 1970, as `03:04:05` of the local time. */
export function clockText(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
