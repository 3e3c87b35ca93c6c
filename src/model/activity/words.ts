import type { Activity, Doing } from '../../snapshot.ts';
import type { Model, Server } from '../model.ts';
import type { ServerActivity } from './in-use.ts';
import { useOf, useText } from './waits.ts';

/** `2.7 of 3`. Figures below 0.05 are 0. */
export function ofAll(inUse: number, total: number): string {
  const figure = inUse < 0.05 ? '0' : inUse.toFixed(1);
  return `${figure.replace(/\.0$/, '')} of ${total}`;
}

/** `2.7 of 3 in use`, or `5.1 of 8 threads in use`. */
export function inUsePhrase(inUse: number, { unit, total }: ServerActivity): string {
  const things = unit === 'worker' ? '' : unit === 'thread' ? ' threads' : ' event loops';
  return `${ofAll(inUse, total ?? 0)}${things} in use`;
}

/** `2.7 of 3 in use`, from a fraction; null if the number of workers is unknown. */
export function sharePhrase({ activity }: Server, share: number): string | null {
  return activity?.total === null || activity === null ? null : inUsePhrase(share * activity.total, activity);
}

/** Why the number in use is unknown, as a clause after a colon. */
export function whyUntold({ rule }: ServerActivity): string {
  return rule.by === 'threads'
    ? 'only root can see which threads are idle, and only after a worker had nothing to do'
    : 'only root may see what its workers do';
}

type State = 'idle' | 'cpu' | 'waits' | 'client' | 'unknown';

function stateOf(doing: Doing): State {
  return typeof doing === 'string' ? doing : 'waits';
}

const stateWords: Readonly<Record<State, string>> = {
  idle: 'idle',
  cpu: 'CPU',
  waits: 'waits',
  client: 'client',
  unknown: 'unknown',
};

const letters: Readonly<Record<State, string>> = { idle: 'i', cpu: 'C', waits: 'w', client: 'h', unknown: '?' };

/** The meaning of the letters of `lettersOf`. */
export const LETTERS = 'i idle, C on CPU, w waits, h held by a client, ? unknown';

/** What a worker does, in a word, or as a count of its threads: `idle`, `CPU`, `waits`, `client`, `3/4 used`. */
export function doingWord({ doing }: Activity): string {
  const [first] = doing;
  if (first === undefined) return '';
  if (doing.length === 1) return stateWords[stateOf(first)];
  const known = doing.filter((one) => one !== 'unknown');
  return known.length === 0 ? 'unknown' : `${known.filter((one) => one !== 'idle').length}/${known.length} used`;
}

/** One letter for each worker, or for each thread of its pool: `wiC`. */
export function lettersOf({ processes }: Server): string {
  return processes
    .flatMap(({ role, sample }) => (role === 'worker' || role === 'single' ? [sample.activity] : []))
    .flatMap((activity) => activity?.doing.map((one) => letters[stateOf(one)]).join('') ?? [])
    .join(' ')
    .replace(/^((?:\S )*\S)$/, (all) => all.replaceAll(' ', ''));
}

/** What each thread of a worker does: `waits for :5432 postgres`. */
export function doingPhrases({ doing }: Activity, model: Model): readonly string[] {
  return doing.map((one) => {
    const use = useOf(one);
    if (use === null) return one === 'idle' ? 'idle' : 'unknown';
    if (use.type === 'cpu') return 'on CPU';
    return use.type === 'client' ? 'held by a client' : `waits for ${useText(use, model)}`;
  });
}
