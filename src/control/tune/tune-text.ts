import type { TuneStep } from '../../state/tuning.ts';
import { plural } from '../../text/figures.ts';
import type { TuneResult } from './tune.ts';

/** How a run ended, and what makes that last, in sentences. */
export function outcomeText({ workers, reason, server, project, steps }: TuneResult): string {
  const { configured } = server.workers;
  const forgotten = isChanged(steps) && configured.count !== workers;
  const permanent = forgotten ? ` Lasts until restart. To keep it: set ${workers} instead of ${configured.where}.` : '';
  return `${project.name} has ${plural(workers, 'worker')}: ${reason}.${permanent}`;
}

function isChanged(steps: readonly TuneStep[]): boolean {
  return steps.some(({ expected, putBack }) => expected !== null && putBack === null);
}
