/** Of proc_pid_status(5). Masks: bit n−1 is signal n, signals 1 to 31. */
export interface Status {
  /** Effective. */
  readonly uid: number | null;
  readonly caught: number | null;
  readonly ignored: number | null;
  readonly blocked: number | null;
}

export function parseStatus(text: string): Status {
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(text)?.[1];
  return {
    uid: uid === undefined ? null : Number(uid),
    caught: mask(text, 'SigCgt'),
    ignored: mask(text, 'SigIgn'),
    blocked: mask(text, 'SigBlk'),
  };
}

function mask(text: string, name: string): number | null {
  const digits = new RegExp(`^${name}:\\t([0-9a-f]+)$`, 'm').exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits.slice(-8), 16) & 0x7fffffff;
}
