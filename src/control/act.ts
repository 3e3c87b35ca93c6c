import type { FoundProcess } from '../model/lookup.ts';
import type { ProcessAction } from '../model/scaling/process-actions.ts';
import type { Outcome } from './outcome.ts';
import type { Reports } from './reports.ts';
import type { Signals } from './signals.ts';

/**
 * Carries out an action on one process, and reports its result.
 * @param found null if the process has ended
 */
export function actOn(found: FoundProcess | null, action: ProcessAction, signals: Signals, reports: Reports): void {
  if (found === null) {
    reports.notice('warning', 'The process has ended: nothing was sent.');
    return;
  }
  const { process, server } = found;
  const outcome = signals.act(action, process, server);
  const done = `${doneText[action]} ${process.role ?? 'process'} ${process.pid}.`;
  const report = (refusal: Outcome) => reports.notice(refusal === null ? 'info' : 'warning', refusal ?? done);
  if (outcome instanceof Promise) void outcome.then(report);
  else report(outcome);
}

const doneText: Readonly<Record<ProcessAction, string>> = {
  continue: 'Continued',
  reload: 'Asked to reload:',
  recycle: 'Asked to stop and be replaced:',
  stop: 'Asked to stop:',
  kill: 'Killed',
};
