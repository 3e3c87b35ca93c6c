/** Names of directories, units and modules that many projects use, so that they identify none. */
const generic = new Set(
  `src source sources web www website site sites backend back frontend front server servers srv app apps application applications
  api code project projects django flask rails node current live working work html public public_html htdocs httpdocs releases release
  repo repository build dist out output bundle publish target debug standalone prod production staging main master trunk
  deploy deploys deployment deployments versions service services worker workers checkout blue green
  config conf core base settings wsgi asgi index run manage celery celery_app tasks job jobs script scripts jars bin lib docker
  _data _build rel gunicorn uwsgi uvicorn puma unicorn venv env default private shared domains vhosts webapps wwwroot packages
  nodeapp nodejs nodejsapp`
    .split(/\s+/)
    .filter(Boolean),
);

/** A number, a version, a time or the hash of a commit: it names a deployment, not a project. */
const deployment = /^(?:(?:v|release[-_]?|build[-_]?|deploy[-_]?)?\d[\d._:TZ-]*|[0-9a-f]{7,40})$/;

/** What .NET builds into: `bin/Release/net8.0/linux-x64/publish`. */
const target = /^(?:net(?:coreapp)?\d+\.\d+|(?:linux|win|osx)(?:-musl)?-(?:x|arm)\d+)$/;

/** Whether a name is that of a deployment: `20261123101010`, `1.2.3`, `7f3c2a1`. */
export function isDeployment(name: string): boolean {
  return deployment.test(name) && /\d/.test(name);
}

/** Whether a name is generic and does not identify a project. Hidden directories hold what tools have made. */
export function isGeneric(name: string): boolean {
  return generic.has(name.toLowerCase()) || isDeployment(name) || target.test(name) || name.startsWith('.');
}

/** A name without the version at its end, which changes: `shop` of `shop-1.0-SNAPSHOT`. */
export function withoutVersion(name: string): string {
  return name.replace(/(.)[-_]v?\d+(?:\.\d+)+(?:[-.](?:SNAPSHOT|RELEASE|FINAL|(?:alpha|beta|rc|M)[.-]?\d*))?$/i, '$1');
}

/** Directories that hold the apps of one repository: `apps/api`. */
const workspaces = /^(?:apps|packages|services|projects)$/;

/**
 * The name of an app of a repository with several: `mono/api` of `/srv/mono/apps/api`, since `api` alone says too
 * little. Null if the path has no such app.
 * @param at the index of the part that names the repository
 */
export function appOfRepository(parts: readonly string[], at: number): string | null {
  const holder = parts.findIndex((part, index) => index > at && workspaces.test(part));
  const app = holder < 0 ? undefined : parts[holder + 1];
  return app === undefined || isDeployment(app) ? null : `${parts[at]}/${app}`;
}

/** Directories that hold projects. The part of a path that names a project is below them. */
const holders =
  /^\/(?:home\/[^/]+|root|srv|opt|usr\/src|usr\/local|usr|var(?:\/(?:www(?:\/vhosts)?|lib|opt|app))?|mnt|data|tmp|www|export)(?=\/|$)/;

export function segments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The index of the last part of a path that names a project: not generic, and below what holds projects. -1 if none. */
export function namingPart(path: string): number {
  const held = segments(holders.exec(path)?.[0] ?? '').length;
  return segments(path).findLastIndex((part, at) => at >= held && !isGeneric(part));
}

/**
 * The part of an app's name that identifies its project: `bookwyrm` of `bookwyrm.wsgi:application`. Null if none does.
 */
export function moduleOf(app: string | null): string | null {
  const module = /^[\w.-]+/.exec(app ?? '')?.[0] ?? '';
  if ((app ?? '').includes('/')) return null;
  const name = module.split('.').find((part) => part !== '' && !isGeneric(part));
  return name === undefined || /^(?:ini|ya?ml|xml|json|py|ru|js)$/.test(name) ? null : name;
}
