import type { RecognisedServer } from '../../recognise/recognise.ts';
import { evidenceOf } from './evidence.ts';
import { isGeneric } from './generic.ts';
import { nameOfPath } from './names.ts';
import type { Place } from './places.ts';

/** Names that say nothing of what a pool is, beside those that say nothing of any app. */
const general = /^(?:pool|php|php-fpm)$/i;

/** Users whom many apps of a machine run as. */
const common = /^(?:root|nobody|www-data|www|http|httpd|apache|nginx|web|php|\d+|unknown user)$/;

/**
 * The project of an app of pm2 or Passenger, or of a php-fpm pool, whose directory cannot be read. Passenger names it;
 * otherwise it is named after itself, or after its user if its name says nothing. Null if neither does.
 */
export function placeOfApp({ managed, definition, workers }: RecognisedServer): Place | null {
  const [first] = workers;
  if (managed === null || first === undefined) return null;
  const { user, container } = evidenceOf(first.facts);
  if (container !== null) return null;
  const of = `${managed} of ${definition.label}`;
  if (managed.startsWith('/') && managed.length > 1) {
    return { id: `dir:${managed}`, name: nameOfPath(managed), directory: managed, evidence: of };
  }
  if (!isGeneric(managed) && !general.test(managed))
    return { id: `app:${user}:${managed}`, name: managed, directory: null, evidence: of };
  return common.test(user) ? null : { id: `user:${user}`, name: user, directory: null, evidence: `${of}, of ${user}` };
}

/** Whether what manages apps is part of the project that all of them are: not where there may be others. */
export function joinsItsApps(server: RecognisedServer): boolean {
  const { definition } = server;
  return definition.category === 'supervisor' || definition.pools?.(server).length === 1;
}
