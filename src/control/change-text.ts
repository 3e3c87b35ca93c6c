import type { ProcessKey } from '../snapshot.ts';
import type { Operation } from '../state/operation.ts';
import { bytes, percent, plural } from '../text/figures.ts';
import { type Change, fromOf, isRunning, stayingOf } from './change.ts';

/** Below this age, in seconds, a worker has not loaded all that it would give back. */
const YOUNG = 10;

/** The state of a change, for the screen, the log and `scale`. */
export function toOperation(change: Change): Operation {
  const { phase, seen, start } = change;
  const from = fromOf(change);
  const usedBefore = start?.usedShare ?? seen.usedShare;
  return {
    id: change.id,
    server: change.server,
    pid: change.pid,
    project: change.project,
    kind: change.kind,
    from,
    target: change.target,
    current: currentOf(change),
    phase: phaseOf(change),
    sent: change.signals,
    came: [...seen.came.keys()],
    leaving: [...seen.leaving.keys()],
    predicted: predictedOf(change, from),
    freed: freedOf(change, from),
    loading: phase.type === 'done' ? phase.loading : null,
    usedBefore,
    usedNow: seen.usedShare,
    startedAt: change.startedAt,
    endedAt: 'endedAt' in phase ? phase.endedAt : null,
    undo: change.undo,
    text: textOf(change, from),
    reminder: reminderOf(change),
    line: lineOf(change),
  };
}

function phaseOf(change: Change): Operation['phase'] {
  const { phase } = change;
  switch (phase.type) {
    case 'steering':
    case 'settling':
    case 'failing':
      return 'running';
    default:
      return phase.type;
  }
}

/** Workers that stay while it runs; after a failure, the workers that live. */
function currentOf(change: Change): number {
  const { phase, seen } = change;
  if (phase.type === 'failed') return phase.living ?? seen.present.length;
  return isRunning(change) || phase.type === 'done' ? stayingOf(change) : seen.present.length;
}

function predictedOf({ target, start, seen }: Change, from: number): number | null {
  if (start === null || target >= from) return null;
  return sumOf(start.nextToStop.slice(0, from - target), seen.own);
}

/** Bytes freed by as many workers as there are fewer; others that ended meanwhile were replaced. Null if unknown. */
function freedOf({ start, seen: { gone, present, own, replaces } }: Change, from: number): number | null {
  const fewer = from - present.length;
  if (start === null || fewer <= 0) return null;
  const expected = gone.filter((key) => start.nextToStop.includes(key));
  const others = gone.filter((key) => !start.nextToStop.includes(key));
  const freed = [...expected, ...others].slice(0, fewer);
  // A worker that had only just started does not show what one worker fewer frees.
  if (replaces && freed.some((key) => (own.get(key)?.age ?? 0) < YOUNG)) return null;
  return sumOf(freed, own);
}

function sumOf(keys: readonly ProcessKey[], own: Change['seen']['own']): number | null {
  return keys.reduce<number | null>((sum, key) => {
    const freed = own.get(key)?.bytes ?? null;
    return sum === null || freed === null ? null : sum + freed;
  }, 0);
}

function textOf(change: Change, from: number): string {
  const { project, target, phase, seen, signals } = change;
  const living = currentOf(change);
  const asked = `${project} ${from} → ${target} workers`;
  switch (phase.type) {
    case 'steering':
    case 'settling':
    case 'failing':
      return `${asked}: ${living} now${detailsOf(change, from)} …`;
    case 'failed': {
      const left = phase.living === null ? '' : `; it has ${plural(phase.living, 'worker')}`;
      return `${asked}: ${phase.problem.replace(/\.$/, '')}${left}`;
    }
    case 'cancelled':
      return `${project} ${from} → ${living} workers, cancelled on the way to ${target}`;
    case 'interrupted':
      return `${project} ${from} → ${target} was under way: ${signals} sent, ${seen.present.length} run now`;
    case 'done':
      return (
        [asked, freedText(change, from), memoryText(change)].filter(Boolean).join(', ') + loadingText(phase.loading)
      );
  }
}

function detailsOf(change: Change, from: number): string {
  const { leaving } = change.seen;
  const staying = stayingOf(change);
  const predicted = predictedOf(change, from);
  const waiting = leaving.size > 0 && staying === change.target ? `, ${leaving.size} leaving` : '';
  const loads = change.phase.type === 'settling' && change.target > from ? ', loading' : '';
  return `${waiting}${loads}${predicted === null ? '' : `, will free ≈${bytes(predicted)}`}`;
}

function freedText(change: Change, from: number): string {
  const predicted = predictedOf(change, from);
  const freed = freedOf(change, from);
  if (freed === null) return '';
  return `freed ${bytes(freed)}${predicted === null ? '' : ` (predicted ${bytes(predicted)})`}`;
}

/** The share of memory used, or bytes if the share hardly changed. */
function memoryText({ start, seen }: Change): string {
  const before = percent(start?.usedShare ?? seen.usedShare);
  const after = percent(seen.usedShare);
  if (before !== after || start === null) return `memory ${before} → ${after}`;
  return `memory ${bytes(start.used)} → ${bytes(seen.used)}`;
}

function loadingText(loading: number | null): string {
  return loading === null ? '' : `; the new ones are still loading: ${bytes(loading)} each so far`;
}

/** A signal does not outlive a restart. */
function reminderOf(change: Change): string | null {
  const { phase, seen } = change;
  const { configured } = seen;
  const current = currentOf(change);
  if (phase.type !== 'done' && phase.type !== 'cancelled') return null;
  if (configured.count === current) return null;
  // Short, since it is to be read whole on a narrow screen.
  if (configured.by === null) {
    const { where } = configured;
    return `Lasts until restart. Where the number is set${where.startsWith('unknown') ? ' is' : ':'} ${where}.`;
  }
  return `Lasts until restart. To keep it: set ${current} instead of ${configured.where}.`;
}

/** The line to edit, such as `-w 3 on the command line`, with the new number and without the place. */
function lineOf(change: Change): string | null {
  const { phase, seen } = change;
  const { count, by, where } = seen.configured;
  const current = currentOf(change);
  if (phase.type !== 'done' || by === null || count === null || count === current) return null;
  const [line = ''] = where.split(/ (?:in|on) /);
  const words = line.split(/\b/);
  const place = words.indexOf(String(count));
  return place < 0 ? null : words.with(place, String(current)).join('');
}
