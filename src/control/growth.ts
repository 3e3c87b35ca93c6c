import type { Growth, Objection } from '../model/scaling/price.ts';
import type { Consent } from '../state/operation.ts';
import type { Change } from './change.ts';
import type { FoundServer } from './lookup.ts';

/**
 * The growth that a target means.
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

/** Whether the user's consent covers an objection. */
export function isAgreed({ because }: Objection, consent: Consent): boolean {
  return consent === 'memory' || (consent === 'size' && because !== 'memory');
}
