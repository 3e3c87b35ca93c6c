import { advise, projectOf } from '../../model/advice/advice.ts';
import { History } from '../../model/history/history.ts';
import { silentMount } from '../../model/silent-mount.ts';
import { Observer } from '../../observer.ts';
import { listDocument, printedJson } from '../../output/json.ts';
import { listTable } from '../../output/table.ts';
import { pause } from '../../pause.ts';
import type { Source } from '../../source/source.ts';
import { arranged } from '../../state/arranged.ts';
import { filterSystem } from '../../state/filter.ts';
import { modelOptions } from '../in-force.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import type { Settings } from '../settings.ts';
import { printingTraits } from '../terminal.ts';
import { findUser } from '../users.ts';
import { warn } from '../warn.ts';

/** Seconds between two readings, which CPU use is measured over; Linux counts CPU time in hundredths. */
const INTERVAL = 0.5;

/** Number of readings in between, which tell how many workers are in use. */
const LOOKS = 8;

/** What is listed of a machine, in both forms. */
export interface Listed {
  text(): string;
  document(): object;
}

/**
 * Reads the machine once, with all memory, however long that takes.
 * @returns text for stdout
 * @throws UsageError if there is no such user
 */
export async function list(source: Source, settings: Settings): Promise<string> {
  const listed = await readMachine(source, settings);
  return settings.json ? printedJson(listed.document()) : listed.text();
}

/**
 * Reads the machine once, with all memory, however long that takes.
 * @throws UsageError if there is no such user
 */
export async function readMachine(source: Source, settings: Settings): Promise<Listed> {
  const { user, filter: text, sort, host } = settings;
  const uid = user === null ? null : await findUser(source, user, host === null);
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
    patience: FILES_TIMEOUT,
  });
  history.record(model);
  const where = host === null ? '' : `${host}: `;
  for (const mount of model.silentMounts) warn(`${where}${silentMount(mount)}`);
  const filter = { text, user, uid };
  const selected = arranged(model, history, { filter, sort, reverse: false });
  const ids = new Set(selected.projects.map(({ id }) => id));
  const advice = advise(model, history).filter((one) => {
    const project = projectOf(one);
    return project === null || ids.has(project.id);
  });
  const system = filterSystem(selected.system, filter, model.host.memory.total);
  return {
    text: () => listTable(selected, advice, { system, history, ...printingTraits(process.env, process.stdout) }),
    document: () => listDocument(selected, advice, system, history),
  };
}
