import { advise } from '../../model/advice/advice.ts';
import type { ModelOptions } from '../../model/build.ts';
import { History } from '../../model/history/history.ts';
import { Observer } from '../../observer.ts';
import { listJson } from '../../output/json.ts';
import { listTable } from '../../output/table.ts';
import { pause } from '../../pause.ts';
import type { Source } from '../../source/source.ts';

/** Two readings this many seconds apart tell the CPU use; Linux counts it in hundredths. */
const INTERVAL = 0.5;

export interface ListOptions {
  readonly json: boolean;
  readonly model: ModelOptions;
}

/** One look at the machine, as text for stdout. All memory is read, however long that takes. */
export async function list(source: Source, { json, model: options }: ListOptions): Promise<string> {
  const observer = new Observer(source, options, INTERVAL);
  const history = new History();
  await observer.observe({ memoryBudget: 0, watch: new Set() });
  await pause(INTERVAL);
  const model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
  history.record(model);
  const advice = advise(model, history);
  return json ? listJson(model, advice) : listTable(model, advice);
}
