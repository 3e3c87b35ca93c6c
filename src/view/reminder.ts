/**
 * Shorter ways to say a reminder of where a number of workers is set, the longest first.
 * @param line what to write there, such as `-w 2`; null if unknown
 */
export function shorterReminders(reminder: string, line: string | null): readonly string[] {
  const short = reminder.replace(/; started by (.*)\.$/, (_, starter: string) => {
    const unit = unitOf(starter);
    return unit === null ? '.' : `; started by ${unit}.`;
  });
  // A command line is set in the unit that starts the server.
  const brief = short
    .replace(/ on the command line; started by (\S+)\.$/, ' in $1.')
    .replace(/; started by \S+\.$/, '.');
  const sure = withoutProviso(brief);
  const bare = sure.replace(/^Lasts until restart\. /, '');
  const place = / (?:in|on) \S.*$/s.exec(bare)?.[0] ?? '.';
  const shortest = line === null ? `${brief.split(/: (?=[^:]*$)/)[0]}.` : `To keep it: ${line}.`;
  return [short, brief, sure, bare, ...(line === null ? [] : [`To keep it: ${line}${place}`]), shortest];
}

/** A text without what might hold instead: `… in conf.py, unless its command line says otherwise`. */
export function withoutProviso(text: string): string {
  return text.replace(/, unless [^.]*(\.?)$/, '$1');
}

/** The systemd unit in a phrase such as `systemd unit shop.service (systemctl edit …)`; null if there is none. */
export function unitOf(startedBy: string | null): string | null {
  return /^systemd unit (\S+)/.exec(startedBy ?? '')?.[1] ?? null;
}
