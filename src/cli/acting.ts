import { asOwnerBy } from '../control/as-owner/helper.ts';
import { noSignals, ProcessSignals, type Signals } from '../control/signals.ts';
import type { Source } from '../source/source.ts';
import { READ_ONLY } from '../state/answer.ts';
import { programBeside } from './beside.ts';
import type { Settings } from './settings.ts';

// Only commands that change something load this file and what it imports: `list` and `export` never do.

export { ActionLog, noLog } from '../control/action-log.ts';
export { demoSignals } from '../control/demo-signals.ts';
export { noSignals } from '../control/signals.ts';
export { openActionLog } from './action-log.ts';

/** What may be signalled: nothing in another proc tree, and nothing with --read-only. */
export async function signalsFor(source: Source, { readOnly, proc, host }: Settings): Promise<Signals> {
  if (readOnly) return noSignals(READ_ONLY);
  if (host !== null) return (await import('./remote-acting.ts')).remoteSignals(source, { readOnly });
  if (proc !== '/proc')
    return noSignals(`Signals reach processes of this machine only, and ${proc} may be another machine's.`);
  return new ProcessSignals(asOwnerBy(programBeside('owner-helper')));
}
