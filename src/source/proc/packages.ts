import { listRegular } from './files.ts';

/** Versions of installed Python distributions, by name in lower case (PEP 376, PEP 503). */
export type Versions = ReadonlyMap<string, string>;

/** Of the virtualenv (null: the system's Python), and of the system's too where the virtualenv takes those in. */
export function installedVersions(virtualenv: string | null, systemPackages: boolean, root: string): Versions {
  const versions = new Map<string, string>();
  if (virtualenv === null || systemPackages) {
    addFrom(`${root}/usr/lib/python3/dist-packages`, versions);
    for (const site of sitesOf(`${root}/usr/local`, 'dist-packages')) addFrom(site, versions);
  }
  // Last, since what is installed in the virtualenv comes before the system's.
  if (virtualenv !== null) {
    for (const site of sitesOf(`${root}${virtualenv}`, 'site-packages')) addFrom(site, versions);
  }
  return versions;
}

function sitesOf(prefix: string, name: string): readonly string[] {
  return listRegular(`${prefix}/lib`)
    .filter((entry) => /^(?:python|pypy)\d/.test(entry))
    .map((entry) => `${prefix}/lib/${entry}/${name}`);
}

function addFrom(site: string, versions: Map<string, string>): void {
  for (const entry of listRegular(site)) {
    const [, name, version] = /^(.+?)-(\d[^-]*?)(?:-py\d[\d.]*)?\.(?:dist|egg)-info$/.exec(entry) ?? [];
    if (name !== undefined && version !== undefined) versions.set(name.toLowerCase().replaceAll('_', '-'), version);
  }
}
