import type { FoundServer } from '../model/lookup.ts';
import type { Server } from '../model/model.ts';
import type { Growth, Objection } from '../model/scaling/price.ts';
import type { Consent } from '../state/operation.ts';
import { duration, plural } from '../text/figures.ts';
import type { Change } from './change.ts';

/**
 * The workers that a target adds to a server.
 * @param running the change of this server that is under way
 */
export function growthOf({ server, project }: FoundServer, to: number, running: Change | undefined): Growth {
  const growth = { server, project: project.name, to, oneByOne: true };
  if (running === undefined || running.start === null) return { ...growth, from: server.workers.current, came: [] };
  const { members } = running.start;
  const { present, leaving, came } = running.seen;
  const from = present.filter((key) => members.has(key) && !leaving.has(key)).length;
  return { ...growth, from, came: [...came.keys()] };
}

/** The objection that new workers would load code that none of its workers has run; null if there is none. */
export function newCode({ project, target, whenBootFails }: Change, { newerCode, workers }: Server): Objection | null {
  if (newerCode === null) return null;
  const risk = whenBootFails === null ? '' : `, and ${whenBootFails}`;
  const changed = `its code was changed ${duration(newerCode)} ago, after its newest worker started`;
  const title = `${project} ${workers.current} → ${plural(target, 'worker')}`;
  return { because: 'code', text: `${title}: ${changed}. A new worker loads it${risk}.` };
}

/** Whether the user's consent covers an objection. */
export function isAgreed({ because }: Objection, consent: Consent): boolean {
  if (because === 'code') return consent === 'all';
  return consent === 'all' || consent === 'memory' || (consent === 'size' && because !== 'memory');
}
