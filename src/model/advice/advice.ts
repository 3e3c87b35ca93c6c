import type { History } from '../history/history.ts';
import type { Model } from '../model.ts';
import { beat } from './beat.ts';
import { beyondMemory } from './beyond-memory.ts';
import { coverage } from './coverage.ts';
import { growing } from './growing.ts';
import { idleWorkers } from './idle-workers.ts';
import { launcher } from './launcher.ts';
import { limit } from './limit.ts';
import { littleSharing } from './little-sharing.ts';
import { moreThanConfigured } from './more-than-configured.ts';
import { oomKills } from './oom-kills.ts';
import { orphans } from './orphans.ts';
import { outlier } from './outlier.ts';
import { queue } from './queue.ts';
import type { Advice, Rule } from './rule.ts';
import { stopped } from './stopped.ts';
import { thrashing } from './thrashing.ts';
import { tooManyWorkers } from './too-many-workers.ts';
import { twoSchedulers } from './two-schedulers.ts';

export type { Advice, AdviceKind } from './rule.ts';
export { pidOf, projectOf } from './rule.ts';

const rules: readonly Rule[] = [
  stopped,
  thrashing,
  oomKills,
  queue,
  growing,
  idleWorkers,
  tooManyWorkers,
  beat,
  littleSharing,
  twoSchedulers,
  outlier,
  orphans,
  moreThanConfigured,
  launcher,
  limit,
  beyondMemory,
  coverage,
];

const urgency = { critical: 0, warning: 1, info: 2 } as const;

/** What could be done, and why: the most urgent first, then what frees most. Pure: time comes with the model. */
export function advise(model: Model, history: History): readonly Advice[] {
  return rules
    .flatMap((rule) => rule(model, history))
    .sort((a, b) => urgency[a.severity] - urgency[b.severity] || (b.frees ?? 0) - (a.frees ?? 0));
}
