import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { unescaped } from './cgroup.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { isGeneric, moduleOf } from './generic.ts';
import { type Named, nameOfPath } from './names.ts';
import { members, type Place } from './places.ts';

/** Directories that hold projects: what names one stands below them. */
const holders =
  /^\/(?:home\/[^/]+|root|srv|opt|usr\/src|usr\/local|usr|var\/(?:www(?:\/vhosts)?|lib|opt)|mnt|data|tmp)(?=\/|$)/;

/** Users whom images of machines and tools of deployment make: their homes are nobody's project. */
const commonUsers =
  /^(?:ubuntu|debian|admin|ec2-user|centos|vagrant|user|deploy|deployer|www|web|app|git|docker|root)$/;

/** The names that a project may have, by its place and by what belongs to it. */
export function namesFor(
  place: Place,
  servers: readonly RecognisedServer[],
  processes: readonly ProcessSample[],
): Named {
  const samples = [...servers.flatMap((server) => members(server).map(({ process }) => process)), ...processes];
  const evidence = samples.map(({ facts }) => evidenceOf(facts));
  const { id, directory } = place;
  if (id.startsWith('rule:')) return { id, names: [place.name], borrowed: false };
  const tail = apart(evidence);
  if (directory === null || id.startsWith('compose:')) {
    const name =
      isGeneric(place.name) && !id.startsWith('venv:') ? (moduleIn(servers, samples) ?? place.name) : place.name;
    return {
      id,
      names: [name, ...tail.flatMap((one) => (one === name ? [] : `${name} (${one})`))],
      borrowed: name !== place.name,
    };
  }
  const path = evidence.find((one) => one.directory === directory && one.link !== null)?.link ?? directory;
  const paths =
    [path, evidence.find(({ source }) => source !== null)?.source]
      .map((one) => suffixes(one ?? ''))
      .find((one) => one.length > 0) ?? [];
  const [name, ...longer] = paths;
  if (name !== undefined) {
    const most = longer.at(-1) ?? name;
    return {
      id,
      names: [name, ...longer, ...tail.map((one) => `${most} (${one})`)],
      borrowed: name !== nameOfPath(path),
    };
  }
  const told = moduleIn(servers, samples) ?? around(evidence) ?? userOf(path);
  const own = nameOfPath(path);
  const wholes = segments(path).map((_, index, all) => all.slice(-index - 1).join('/'));
  const [first, ...rest] = told === null ? wholes : [told, `${told}/${own}`];
  const names = [
    first ?? own,
    ...(told === null || evidence.every(({ container }) => container === null) ? rest : []),
  ] as const;
  return {
    id,
    names: [names[0], ...names.slice(1), ...tail.map((one) => `${names[0]} (${one})`)],
    borrowed: told !== null,
  };
}

/**
 * Names made of the end of a path: its last part that says something, then the same with more and more of its parents.
 * Empty if every part is generic.
 */
function suffixes(path: string): readonly string[] {
  const all = segments(path);
  const held = segments(holders.exec(path)?.[0] ?? null).length;
  const index = all.findLastIndex((part, at) => at >= held && !isGeneric(part));
  if (index < 0) return [];
  const name = all[index] ?? '';
  const longer = Array.from({ length: index + 1 }, (_, above) => all.slice(index - above).join('/'));
  return [...new Set([name, ...longer])];
}

/**
 * The name of the app that the servers serve. If there are several, the first in alphabetical order, so that the name
 * is the same tomorrow.
 */
function moduleIn(servers: readonly RecognisedServer[], samples: readonly ProcessSample[]): string | null {
  const ofServers = servers
    .filter(({ definition }) => definition.category === 'app')
    .flatMap(({ claim }) => moduleOf(claim.app ?? null) ?? []);
  const ofSettings = samples.flatMap(
    ({ facts }) => moduleOf(facts.environment['DJANGO_SETTINGS_MODULE'] ?? null) ?? [],
  );
  return [...ofServers].sort()[0] ?? [...ofSettings].sort()[0] ?? null;
}

/** The one unit or container that all of it is in. */
function around(evidence: readonly Evidence[]): string | null {
  const only = (names: readonly (string | null)[]) => {
    const distinct = new Set(names.filter((name) => name !== null && !isGeneric(name)));
    return distinct.size === 1 ? ([...distinct][0] ?? null) : null;
  };
  const units = evidence.map(({ unit }) => (unit === null ? null : unescaped(unit.name.replace(/\.service$/, ''))));
  return (
    only(units) ??
    only(evidence.map(({ engine }) => engine?.service ?? null)) ??
    only(evidence.map(({ engine }) => engine?.name ?? null))
  );
}

/** What sets it apart from another of its name: its unit, its container's name, its container, its user. */
function apart(evidence: readonly Evidence[]): readonly string[] {
  const [first] = evidence;
  if (first === undefined) return [];
  const { engine, unit, container, user } = first;
  const unitName = unit === null ? null : unescaped(unit.name.replace(/\.service$/, ''));
  return [...new Set([engine?.service, engine?.name, unitName, container, container === null ? user : null])].flatMap(
    (one) => one ?? [],
  );
}

/** `/home/mastodon/live` is mastodon's. */
function userOf(path: string): string | null {
  const user = /^\/home\/([^/]+)\//.exec(path)?.[1] ?? null;
  return user === null || commonUsers.test(user) ? null : user;
}

function segments(path: string | null): readonly string[] {
  return (path ?? '').split('/').filter((segment) => segment !== '');
}
