/** Names of directories, units and modules that many projects use, so that they identify none. */
const generic = new Set(
  `src source sources web www website site sites backend back frontend front server servers srv app apps application applications
  api code project projects django flask rails node current live working work html public public_html htdocs httpdocs releases release
  repo repository build dist out prod production staging main master trunk deploy deployment service services worker workers checkout
  config conf core base settings wsgi asgi index run manage celery celery_app tasks job jobs script scripts jars bin lib docker
  _data gunicorn uwsgi uvicorn puma unicorn venv env default`
    .split(/\s+/)
    .filter(Boolean),
);

/** A timestamp or the hash of a commit: it names a deployment, not a project. */
const deployment = /^(?:v?\d[\d._-]*|[0-9a-f]{7,40})$/;

/** Whether a name is generic and does not identify a project. */
export function isGeneric(name: string): boolean {
  return generic.has(name.toLowerCase()) || (deployment.test(name) && /\d/.test(name));
}

/** Directories that hold projects. The part of a path that names a project is below them. */
const holders =
  /^\/(?:home\/[^/]+|root|srv|opt|usr\/src|usr\/local|usr|var\/(?:www(?:\/vhosts)?|lib|opt)|mnt|data|tmp)(?=\/|$)/;

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
