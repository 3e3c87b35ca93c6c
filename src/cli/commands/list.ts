import { advise } from '../../model/advice/advice.ts';
import { History } from '../../model/history/history.ts';
import { silentMount } from '../../model/silent-mount.ts';
import { Observer } from '../../observer.ts';
import { listJson } from '../../output/json.ts';
import { listTable } from '../../output/table.ts';
import { pause } from '../../pause.ts';
import type { Source } from '../../source/source.ts';
import { arranged } from '../../state/arranged.ts';
import { filterSystem } from '../../state/filter.ts';
import { modelOptions } from '../in-force.ts';
import type { Settings } from '../settings.ts';
import { printingTraits } from '../terminal.ts';
import { findUser } from '../users.ts';
import { warn } from '../warn.ts';

/** Two readings this many seconds apart tell the CPU use; Linux counts it in hundredths. */
const INTERVAL = 0.5;

/** Seconds to wait for files that have not answered by then. */
const PATIENCE = 0.4;

/** So many readings between them tell how many workers are in use. */
const LOOKS = 8;

/**
 * One look at the machine, as text for stdout. All memory is read, however long that takes.
 * @throws UsageError when there is no such user
 */
export async function list(source: Source, settings: Settings): Promise<string> {
  const { user, filter: text, sort, json } = settings;
  const uid = user === null ? null : await findUser(source, user);
  const observer = new Observer(source, modelOptions(settings), INTERVAL);
  const history = new History();
  await observer.observe({ memoryBudget: 0, watch: new Set() });
  for (let look = 0; look < LOOKS; look++) {
    await pause(INTERVAL / LOOKS);
    if (look < LOOKS - 1) history.record(await observer.observe({ memoryBudget: 0, watch: new Set() }));
  }
  const model = await observer.observe({
    memoryBudget: Number.POSITIVE_INFINITY,
    watch: new Set(),
    patience: PATIENCE,
  });
  history.record(model);
  for (const mount of model.silentMounts) warn(silentMount(mount));
  const filter = { text, user, uid };
  const selected = arranged(model, history, { filter, sort, reverse: false });
  const ids = new Set(selected.projects.map(({ id }) => id));
  const advice = advise(model, history).filter(({ projectId }) => projectId === null || ids.has(projectId));
  const system = filterSystem(selected.system, filter, model.host.memory.total);
  if (json) return listJson(selected, advice, system, history);
  return listTable(selected, advice, { system, history, ...printingTraits(process.env, process.stdout) });
}
