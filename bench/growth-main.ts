/**
 * Makes readings as fast as it can while processes and projects come and go. By its pretended clock, readings are two
 * seconds apart. Tells its memory on the way. Run by growth.ts, with --expose-gc.
 */
import { fileURLToPath } from 'node:url';
import { Observations } from '../src/model/activity/observations.ts';
import { History } from '../src/model/history/history.ts';

import { Observer } from '../src/observer.ts';
import { factRequests } from '../src/servers/registry.ts';
import { HelperFiles } from '../src/source/files/helper-files.ts';
import { LocalTree } from '../src/source/proc/local-tree.ts';
import { ProcSource } from '../src/source/proc/proc-source.ts';
import type { ReadHints, Source } from '../src/source/source.ts';
import { initialState } from '../src/state/state.ts';
import { update } from '../src/state/update.ts';
import { frame } from '../src/view/frame.ts';
import { makeTheme } from '../src/view/theme.ts';

const readings = Number(process.argv[2]);
const EVERY = 100;
/** Seconds. */
const DELAY = 2;

const files = new HelperFiles([fileURLToPath(new URL('../dist/file-helper.js', import.meta.url))]);

/** The machine, with a clock on which readings are as far apart as those of a dashboard. */
class HastySource implements Source {
  readonly #source = new ProcSource({ tree: new LocalTree('/proc'), factRequests, files });
  #count = 0;

  async read(hints: ReadHints) {
    const snapshot = await this.#source.read(hints);
    this.#count += 1;
    return { ...snapshot, uptime: snapshot.uptime + DELAY * this.#count };
  }

  close(): void {
    this.#source.close();
  }
}

const source = new HastySource();
const observer = new Observer(source, { memoryTotal: null });
const theme = makeTheme({ colors: 256, ascii: false, ground: 'dark' });
const settings = { delay: DELAY, theme: 'dark', confirm: 'first', mouse: false, hidden: [] } as const;
const view = {
  columns: 120,
  lines: 40,
  settings,
  readOnly: false,
  badge: null,
  isOfFleet: false,
  replay: null,
  ground: 'dark' as const,
};
const history = new History();
const observations = new Observations();
const filter = { text: '', user: null };
let state = initialState({
  ...view,
  tuneWatch: 600,
  arrangement: { sort: 'mem', reverse: false, filter, toggled: new Set() },
});
for (let reading = 1; reading <= readings; reading++) {
  const model = await observer.observe({ memoryBudget: 0.006, watch: new Set() });
  history.record(model);
  [state] = update(state, { type: 'model', model }, history);
  frame({ state, history, observations, theme });
  if (reading % EVERY !== 0) continue;
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  process.stdout.write(`${reading} ${heapUsed + external} ${rss}\n`);
}
source.close();
