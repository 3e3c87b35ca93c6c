const KIB = 1024;

/** Parses proc_meminfo(5) into bytes by name. Lines without kB are counts (`HugePages_Total`). */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const [, name, value, unit] of text.matchAll(/^([^:\s]+): +(\d+)( kB)?$/gm)) {
    figures.set(name ?? '', Number(value) * (unit === undefined ? 1 : KIB));
  }
  return figures;
}

/** Parses counters of proc_vmstat(5) by name. */
export function parseCounters(text: string): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^(\w+) (\d+)$/gm)) counters.set(name ?? '', Number(value));
  return counters;
}

/** Averages of /proc/pressure/memory (Documentation/accounting/psi.rst), as fractions of time. */
export interface PressureAverages {
  readonly someAvg10: number | null;
  readonly someAvg60: number | null;
  readonly fullAvg10: number | null;
}

/** Parses /proc/pressure/memory. Null for what is missing. */
export function parsePressure(text: string): PressureAverages {
  const [, some10, some60] = /^some avg10=([\d.]+) avg60=([\d.]+)/m.exec(text) ?? [];
  const [, full10] = /^full avg10=([\d.]+)/m.exec(text) ?? [];
  return { someAvg10: fraction(some10), someAvg60: fraction(some60), fullAvg10: fraction(full10) };
}

function fraction(percent: string | undefined): number | null {
  const value = Number(percent ?? Number.NaN);
  return Number.isFinite(value) ? Math.min(1, value / 100) : null;
}

/** Parses the averages over 1, 5 and 15 minutes of proc_loadavg(5). */
export function parseLoad(text: string): readonly [number, number, number] | null {
  const [one, five, fifteen] = text.split(' ', 3).map(Number.parseFloat);
  const all = [one, five, fifteen];
  if (!all.every((value) => value !== undefined && Number.isFinite(value) && value >= 0)) return null;
  return [one ?? 0, five ?? 0, fifteen ?? 0];
}
