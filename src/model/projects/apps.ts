import type { RecognisedServer } from '../../recognise/recognise.ts';
import { nameOfPath } from './distinct-names.ts';
import { evidenceOf } from './evidence.ts';
import { isGeneric } from './generic.ts';
import type { Place } from './places.ts';

/** Further generic names, of pools. */
const general = /^(?:pool|php|php-fpm)$/i;

/** Users that many apps of a machine share. */
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
  const phrase = `${managed} of ${definition.label}`;
  if (managed.startsWith('/') && managed.length > 1) {
    return { id: `dir:${managed}`, name: nameOfPath(managed), directory: managed, evidence: phrase };
  }
  if (!isGeneric(managed) && !general.test(managed))
    return { id: `app:${user}:${managed}`, name: managed, directory: null, evidence: phrase };
  return common.test(user)
    ? null
    : { id: `user:${user}`, name: user, directory: null, evidence: `${phrase}, of ${user}` };
}

/** Whether a manager of apps belongs to the project of all of its apps. Not if it may manage further ones. */
export function joinsItsApps(server: RecognisedServer): boolean {
  const { definition } = server;
  return definition.category === 'supervisor' || definition.pools?.(server).length === 1;
}
