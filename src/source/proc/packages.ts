import { memoize } from '../../memoize.ts';
import type { FileView } from '../files/known-files.ts';

/** Versions of installed Python distributions, by name in lower case (PEP 376, PEP 503). */
type Versions = ReadonlyMap<string, string>;

/**
 * The packages of a virtualenv (null: of the system's Python), with the system's packages if the virtualenv includes
 * them.
 */
export function installedVersions(virtualenv: string | null, systemPackages: boolean, files: FileView): Versions {
  const sites: string[] = [];
  if (systemPackages) sites.push('/usr/lib/python3/dist-packages', ...sitesOf('/usr/local', 'dist-packages', files));
  // Last: packages of the virtualenv take precedence over the system's.
  if (virtualenv !== null) sites.push(...sitesOf(virtualenv, 'site-packages', files));
  return new Map(sites.flatMap((site) => [...versionsIn(files.entries(site, '*-info') ?? [])]));
}

function sitesOf(prefix: string, name: string, files: FileView): readonly string[] {
  const entries = files.entries(`${prefix}/lib`, 'py*') ?? [];
  return entries
    .filter((entry) => /^(?:python|pypy)\d/.test(entry))
    .slice(0, MOST_PYTHONS)
    .map((entry) => `${prefix}/lib/${entry}/${name}`);
}

/** Most Python versions of one prefix that are looked at. */
const MOST_PYTHONS = 10;

/** Versions in a list of directory entries. One list serves many processes. */
const versionsIn: (entries: readonly string[]) => Versions = memoize((entries) => new Map(entries.flatMap(versionOf)));

function versionOf(entry: string): readonly [string, string][] {
  const [, name, version] = /^(.+?)-(\d[^-]*?)(?:-py\d[\d.]*)?\.(?:dist|egg)-info$/.exec(entry) ?? [];
  if (name === undefined || version === undefined) return [];
  return [[name.toLowerCase().replaceAll('_', '-'), version]];
}
