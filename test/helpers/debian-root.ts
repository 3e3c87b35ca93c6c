import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Nothing of the environment of the tests gets into the root. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', TERM: 'xterm-256color' };

/** A bare Debian 12 in a folder. */
export interface DebianRoot {
  readonly folder: string;
  /** Runs a program in it to its end. @throws Error if it fails */
  run(program: string, ...args: readonly string[]): string;
  /** Puts a file into its `/tmp`. @returns its path there */
  put(file: string): string;
  /**
   * The command that starts workertop beside a gunicorn of two workers, in their own PID namespace. All of them end
   * with it.
   * @param workertop the command that a user types
   */
  besideGunicorn(workertop: string): readonly [string, readonly string[]];
}

/** Installs Debian 12 into an empty folder, with these packages and what they need. @throws Error if that fails */
export function makeDebianRoot(folder: string, packages: readonly string[]): DebianRoot {
  const options = [
    '--variant=essential',
    '--dpkgopt=force-unsafe-io',
    '--skip=cleanup/apt/lists',
    '--skip=check/empty',
  ];
  execFileSync('mmdebstrap', [...options, '--quiet', `--include=${packages.join(',')}`, 'bookworm', folder]);
  return debianRoot(folder);
}

function debianRoot(folder: string): DebianRoot {
  mkdirSync(join(folder, 'srv/shop'), { recursive: true });
  writeFileSync(
    join(folder, 'srv/shop/shop.py'),
    'def application(environ, start):\n    start("200 OK", [])\n    return [b"x"]\n',
  );
  return {
    folder,
    run: (program, ...args) =>
      execFileSync('chroot', [folder, program, ...args], { encoding: 'utf8', env: ENVIRONMENT, stdio: 'pipe' }),
    put: (file) => {
      const path = `/tmp/${basename(file)}`;
      copyFileSync(file, join(folder, path));
      return path;
    },
    besideGunicorn: (workertop) => {
      const server = `cd /srv/shop && exec gunicorn --workers 2 --bind unix:/tmp/shop.sock shop:application`;
      const script = `mount -t proc proc '${folder}/proc'
        chroot '${folder}' sh -c '${server}' 2>/dev/null &
        exec env -i ${Object.entries(ENVIRONMENT)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')} chroot '${folder}' ${workertop}`;
      return ['unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script]];
    },
  };
}
