/** Bytes in three digits and a unit: `144M`, `9.6M`, `1.04G`. Units are powers of 1,024. */
export function bytes(value: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let size = Math.abs(value);
  let unit = 0;
  // `1000M` would be a digit wider than `0.98G`.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const text = unit < 2 ? size.toFixed(0) : size >= 99.5 ? size.toFixed(0) : size.toPrecision(unit === 2 ? 2 : 3);
  return `${value < 0 ? '-' : ''}${text}${units[unit]}`;
}

/** A fraction as `69 %`, and `0.4 %` below 10. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  if (value > 0 && value < 0.05) return '<0.1 %';
  return `${value === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1)} %`;
}

/** Seconds as `40 s`, `12 min`, `5 h` or `3 days`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/**
 * A count with its noun: `1 worker`, `2 workers`.
 * @param many the plural, if it is not the singular with an `s`
 */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
