const UNITS = 'BKMGT';

/** The figure told as freed, such as `freed 143M` or `143M freed`, in bytes. @throws Error when none is told */
export function freedIn(text: string): number {
  const [, number, unit = 'B'] = /freed ≈?([\d.]+) ?([BKMGT])/.exec(text) ?? /([\d.]+)([BKMGT]) freed/.exec(text) ?? [];
  if (number === undefined) throw new Error(`nothing is told as freed in: ${text}`);
  return Number(number) * 1024 ** UNITS.indexOf(unit);
}
