import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { unescaped } from './cgroup.ts';
import { type Named, nameOfPath } from './distinct-names.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { appOfRepository, isGeneric, moduleOf, namingPart, segments, withoutVersion } from './generic.ts';
import { members, type Place } from './places.ts';

/** Users that machine images and deployment tools create. Their homes name no project. */
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
  const distinctions = apart(evidence);
  if (directory === null || id.startsWith('compose:')) {
    const name =
      isGeneric(place.name) && !id.startsWith('venv:') ? (moduleIn(servers, samples) ?? place.name) : place.name;
    return {
      id,
      names: [name, ...distinctions.flatMap((note) => (note === name ? [] : `${name} (${note})`))],
      borrowed: name !== place.name,
    };
  }
  const path = evidence.find((item) => item.directory === directory && item.link !== null)?.link ?? directory;
  const paths =
    [path, evidence.find(({ source }) => source !== null)?.source]
      .map((candidate) => suffixes(candidate ?? ''))
      .find((names) => names.length > 0) ?? [];
  const [name, ...longer] = paths;
  if (name !== undefined) {
    const most = longer.at(-1) ?? name;
    return {
      id,
      names: [name, ...longer, ...distinctions.map((note) => `${most} (${note})`)],
      borrowed: name !== nameOfPath(path),
    };
  }
  const fromSurroundings = moduleIn(servers, samples) ?? around(evidence) ?? userOf(path);
  const own = nameOfPath(path);
  const wholes = segments(withoutHidden(path)).map((_, index, all) => all.slice(-index - 1).join('/'));
  const [first, ...rest] = fromSurroundings === null ? wholes : [fromSurroundings, `${fromSurroundings}/${own}`];
  const names = [
    first ?? own,
    ...(fromSurroundings === null || evidence.every(({ container }) => container === null) ? rest : []),
  ] as const;
  return {
    id,
    names: [names[0], ...names.slice(1), ...distinctions.map((note) => `${names[0]} (${note})`)],
    borrowed: fromSurroundings !== null,
  };
}

/**
 * Names made of the end of a path: its last part that is not generic, then the same with more and more of its parents.
 * Empty if every part is generic.
 */
function suffixes(path: string): readonly string[] {
  const all = segments(path);
  const index = namingPart(path);
  if (index < 0) return [];
  const name = all[index] ?? '';
  const app = appOfRepository(all, index);
  const longer = Array.from({ length: index + 1 }, (_, above) => all.slice(index - above).join('/'));
  return [...new Set([...(app === null ? [withoutVersion(name), name] : [app]), ...longer])];
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

/** The name of the only unit or container that its processes are in; null if there are several. */
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

/** What distinguishes it from another project of its name: its container's names, its unit, its container or user. */
function apart(evidence: readonly Evidence[]): readonly string[] {
  const [first] = evidence;
  if (first === undefined) return [];
  const { engine, unit, container, user } = first;
  const unitName = unit === null ? null : unescaped(unit.name.replace(/\.service$/, ''));
  return [...new Set([engine?.service, engine?.name, unitName, container, container === null ? user : null])].flatMap(
    (name) => name ?? [],
  );
}

/** `/home/mastodon/live` is mastodon's. */
function userOf(path: string): string | null {
  const user = /^\/home\/([^/]+)\//.exec(path)?.[1] ?? null;
  return user === null || commonUsers.test(user) ? null : user;
}

/** A path up to its first hidden directory, such as `/srv/shop` of `/srv/shop/.deploy/3`. */
function withoutHidden(path: string): string {
  const hidden = path.indexOf('/.', 1);
  return hidden < 0 ? path : path.slice(0, hidden);
}
