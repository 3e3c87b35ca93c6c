import { duration } from '../../text/figures.ts';
import { advice, type Rule } from './rule.ts';

/** The kernel killed processes because memory was full, within the last hour and since workertop started. */
export const oomKills: Rule = ({ host, uptime }, history) => {
  const { times, values } = history.series('host', 'oomKills');
  const [since, first] = [times[0], values[0]];
  const now = host.pressure?.oomKills ?? null;
  if (since === undefined || first === undefined || now === null) return [];
  // Buckets hold means: the first may lie between two counts.
  const killed = Math.ceil(now - first);
  if (killed < 1) return [];
  const what = killed === 1 ? 'a process' : `${killed} processes`;
  const text = `The kernel killed ${what} for lack of memory in the last ${duration(uptime - since)}.`;
  return [
    advice(
      { type: 'machine' },
      { kind: 'oom-kills', severity: 'critical', text, where: "journalctl -k | grep -i 'out of memory'" },
    ),
  ];
};
