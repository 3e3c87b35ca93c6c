import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DEBIAN_PYTHON = '/usr/bin/python3';
const DEBIAN_PACKAGES = '/usr/lib/python3/dist-packages';

/** Console scripts, as pip would make them. */
const SCRIPTS = { gunicorn: 'gunicorn.app.wsgiapp:run', celery: 'celery.__main__:main' } as const;

/** The Debian packages named, and the `python3-` packages that they depend on. */
async function withDependencies(packages: readonly string[]): Promise<readonly string[]> {
  const found = new Set(packages);
  // A set hands out what is added while it is walked.
  for (const name of found) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder.
    const { stdout } = await run('dpkg-query', ['--show', '--showformat', '${Depends}', name]).catch(() => ({
      stdout: '', // A virtual package, or an alternative that is not installed.
    }));
    for (const [dependency] of stdout.matchAll(/\bpython3-[a-z0-9.+-]+/g)) found.add(dependency);
  }
  return [...found];
}

/** What a Debian package puts at the top of the directory of Python modules. */
async function modulesOf(packages: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    packages.map((name) =>
      run('dpkg', ['--listfiles', name]).then(
        ({ stdout }) => stdout,
        () => '',
      ),
    ),
  );
  const paths = lists
    .join('\n')
    .split('\n')
    .filter((path) => path.startsWith(`${DEBIAN_PACKAGES}/`));
  return [...new Set(paths.filter((path) => !path.slice(DEBIAN_PACKAGES.length + 1).includes('/')))];
}

/** Debian's `X.egg-info` become the `X.dist-info` that pip leaves behind. */
async function renameMetadata(sitePackages: string): Promise<void> {
  for (const name of await readdir(sitePackages)) {
    if (!name.endsWith('.egg-info')) continue;
    const target = join(sitePackages, name.replace(/\.egg-info$/, '.dist-info'));
    await rename(join(sitePackages, name), target);
    await rename(join(target, 'PKG-INFO'), join(target, 'METADATA'));
  }
}

/**
 * Makes an isolated virtualenv with copies of Debian's packages in it, as if pip had installed
 * them: no network is needed, and the machine's own packages cannot be seen from inside.
 * @param packages Debian's names, such as `python3-gunicorn`; what they depend on comes along
 */
export async function createVenv(path: string, packages: readonly string[]): Promise<void> {
  await run(DEBIAN_PYTHON, ['-m', 'venv', '--without-pip', path]);
  const [python = ''] = await readdir(join(path, 'lib'));
  const sitePackages = join(path, 'lib', python, 'site-packages');
  const modules = await modulesOf(await withDependencies(packages));
  await mkdir(sitePackages, { recursive: true });
  // Times are kept: compiled modules are valid only for a source of the same time.
  await run('cp', ['--archive', ...modules, sitePackages]);
  await renameMetadata(sitePackages);

  const copied = new Set(modules.map((module) => basename(module)));
  for (const [name, entry] of Object.entries(SCRIPTS)) {
    if (!copied.has(name)) continue;
    const [module, callable] = entry.split(':');
    const script = join(path, 'bin', name);
    await writeFile(
      script,
      `#!${path}/bin/python\nimport sys\nfrom ${module} import ${callable}\nsys.exit(${callable}())\n`,
    );
    await chmod(script, 0o755);
  }
}
