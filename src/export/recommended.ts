import type { Observations } from '../model/activity/observations.ts';
import { outlook } from '../model/activity/outlook.ts';
import { recommend } from '../model/activity/recommendation.ts';
import type { Model, Project, Server } from '../model/model.ts';
import type { Sample } from './exposition.ts';
import { metrics } from './metric.ts';
import { knownSample, sampleOf } from './samples.ts';

/** Seconds for which a recommendation is kept: it is made of a week, and changes slowly. */
const KEPT = 60;

const advices = ['fewer', 'keep', 'more'] as const;

/** The samples of recommendations, made of observations. */
export class Recommended {
  readonly #observations: Observations;
  #kept = new Map<string, readonly Sample[]>();
  #keptAt = Number.NEGATIVE_INFINITY;

  constructor(observations: Observations) {
    this.#observations = observations;
  }

  /** Forgets old recommendations. Call it once at each reading, before `samples`. */
  begin({ uptime }: Model): void {
    if (uptime - this.#keptAt < KEPT) return;
    this.#kept = new Map();
    this.#keptAt = uptime;
  }

  samples(model: Model, project: Project, server: Server, set: readonly string[]): readonly Sample[] {
    const id = [...set, server.key, server.workers.current].join('\0');
    const samples = this.#kept.get(id) ?? this.#make(model, project, server, set);
    this.#kept.set(id, samples);
    return samples;
  }

  #make(model: Model, project: Project, server: Server, set: readonly string[]): readonly Sample[] {
    if (server.activity === null) return [];
    const seen = outlook(model, project, server, this.#observations);
    const { kind, workers } = recommend(seen, model, []);
    const { current } = server.workers;
    const expected = (['-1', '0'] as const).flatMap((change) => {
      const choice = seen.choices.find(({ workers: count }) => count === current + Number(change));
      return knownSample(metrics.expectedWait, choice?.wait?.high ?? null, ...set, change);
    });
    return [
      sampleOf(metrics.observed, seen.watched, ...set),
      ...knownSample(metrics.recommended, workers, ...set),
      ...(kind === 'unknown'
        ? []
        : advices.map((advice) => sampleOf(metrics.recommendation, kind === advice ? 1 : 0, ...set, advice))),
      ...expected,
    ];
  }
}
