import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type DebianRoot, makeDebianRoot } from '../helpers/debian-root.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { openPty } from '../helpers/pty.ts';
import { requireServer } from '../helpers/requirements.ts';
import { schemaProblems } from '../helpers/schema.ts';

const ARTIFACTS = fileURLToPath(new URL('../../artifacts', import.meta.url));
const { version } = manifest;
const tarball = `workertop-${version}.tgz`;
const archive = `workertop-${version}-${process.platform}-${process.arch}.tar.gz`;
const NOBODY = 65534;

let folder: string;
let server: Server;
let base: string;
/** What the server serves instead of a file, by its name. */
const forged = new Map<string, string>();

beforeAll(async () => {
  requireRoot();
  requireServer('mmdebstrap');
  // Not `npm run artifacts`: that builds anew what other tests run meanwhile.
  execFileSync('npx', ['tsx', 'scripts/package-main.ts'], { stdio: 'pipe' });
  folder = mkdtempSync(join(tmpdir(), 'workertop-install-'));
  // Installers run as another user, who must reach what is within.
  chmodSync(folder, 0o755);
  copyFileSync(join(ARTIFACTS, 'install.sh'), join(folder, 'install.sh'));
  server = createServer(({ url = '' }, response) => {
    const name = basename(url);
    response.end(forged.get(name) ?? readFileSync(join(ARTIFACTS, name)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}, 240_000);
afterAll(() => {
  server?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe('install.sh', () => {
  interface Ran {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  /** A home of its own for a user without rights. */
  function newHome(): string {
    const home = mkdtempSync(join(folder, 'home-'));
    chownSync(home, NOBODY, NOBODY);
    return home;
  }

  /** Runs the installer as that user, while this process goes on serving. @param node a program, or the version of a Node that is too old; null for none */
  async function install(home: string, node: string | null, ...args: readonly string[]): Promise<Ran> {
    const bin = mkdtempSync(join(folder, 'bin-'));
    chmodSync(bin, 0o755);
    for (const name of tools) symlinkSync(whereIs(name), join(bin, name));
    if (node?.startsWith('/')) symlinkSync(node, join(bin, 'node'));
    // It is only asked for its version.
    else if (node !== null) writeFileSync(join(bin, 'node'), `#!/bin/sh\necho ${node}\n`, { mode: 0o755 });
    const child = spawn('/bin/sh', [join(folder, 'install.sh'), ...args], {
      env: { HOME: home, PATH: bin, WORKERTOP_BASE: base },
      cwd: home,
      uid: NOBODY,
      gid: NOBODY,
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => {
      said.stdout += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      said.stderr += text.toString();
    });
    const [code] = await once(child, 'close');
    return { code, ...said };
  }

  /** What it needs, and no Node among it. */
  const tools = [
    ...['cat', 'chmod', 'curl', 'cut', 'grep', 'gzip', 'ln', 'ls', 'mkdir', 'mktemp', 'mv', 'rm', 'sha256sum', 'tar'],
    ...['uname', 'env', 'sh'],
  ];
  const whereIs = (name: string) => execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  const versionIn = (home: string, node: string) =>
    spawnSync(join(home, '.local/bin/workertop'), ['--version'], {
      encoding: 'utf8',
      env: { PATH: `${node}:/usr/bin:/bin` },
    }).stdout;
  const everything = (home: string) => readdirSync(home, { recursive: true });

  it('installs the package for a user without rights, and says what it does', async () => {
    const home = newHome();
    const { code, stdout, stderr } = await install(home, process.execPath);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const said of [`into ${home}/.local/lib/workertop`, `${base}/${tarball}`, 'SHA-256 sum is right', 'rm -r'])
      expect(stdout).toContain(said);
    expect(versionIn(home, join(process.execPath, '..'))).toBe(`workertop ${version}\n`);
    expect(readdirSync(home)).toEqual(['.local']);
    expect(readdirSync(join(home, '.local/lib'))).toEqual(['workertop']);
  });

  it.each([
    ['without Node', null],
    ['with a Node that is too old', '16.20.2'],
  ])('%s installs the program that has Node in it', async (_, old) => {
    const home = newHome();
    const { code, stdout, stderr } = await install(home, old);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(archive);
    expect(versionIn(home, '/nowhere')).toBe(`workertop ${version}\n`);
  });

  it.each([
    [null, 'and there is none'],
    ['16.20.2', 'and this is Node 16.20.2'],
  ])('the package is refused on Node %s, in one line', async (old, why) => {
    const home = newHome();
    const { code, stdout, stderr } = await install(home, old, 'package');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^workertop: Node 18\.19 or newer is needed, .*\n$/);
    expect(stderr).toContain(why);
    expect(everything(home)).toEqual([]);
  });

  it('refuses what has another sum, and leaves what was installed before', async () => {
    const home = newHome();
    await install(home, process.execPath);
    forged.set(tarball, 'something else');
    const { code, stderr } = await install(home, process.execPath);
    forged.delete(tarball);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^workertop: the SHA-256 sum of .*: nothing was installed\n$/);
    expect(versionIn(home, join(process.execPath, '..'))).toBe(`workertop ${version}\n`);
    expect(readdirSync(join(home, '.local/lib'))).toEqual(['workertop']);
  });

  it('does nothing where it was cut off itself', () => {
    const home = newHome();
    const text = readFileSync(join(ARTIFACTS, 'install.sh'), 'utf8');
    const end = text.lastIndexOf('main "$@"');
    for (const share of [0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 1]) {
      const part = text.slice(0, Math.floor(end * share));
      spawnSync('/bin/sh', [], {
        input: part,
        env: { HOME: home, PATH: '/usr/bin:/bin', WORKERTOP_BASE: base },
        cwd: home,
      });
      expect(everything(home), `${share} of it`).toEqual([]);
    }
  });
});

describe('the program with Node in it', () => {
  let program: string;
  beforeAll(() => {
    mkdirSync(join(folder, 'program'));
    execFileSync('tar', ['-xzf', join(ARTIFACTS, archive), '-C', join(folder, 'program')]);
    program = join(folder, 'program/workertop');
  });

  it('comes with the licences of all its parts, Node’s too', () => {
    const notice = readFileSync(join(folder, 'program/NOTICE'), 'utf8');
    expect(notice).toContain(`Node.js ${process.versions.node}`);
    for (const name of Object.keys(manifest.dependencies)) expect(notice).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('lists this machine, and ends no other way than the package', () => {
    const { stdout, stderr, status } = spawnSync(program, ['list', '--json'], { encoding: 'utf8', maxBuffer: 1e8 });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(schemaProblems(JSON.parse(stdout))).toEqual([]);
    expect(spawnSync(program, ['--nonsense'], { encoding: 'utf8' })).toMatchObject({ status: 2, stdout: '' });
  });

  it('starts its own helpers: one refuses an errand for a process that is not there', async () => {
    const child = fork(`${program}/owner-helper.js`, [], { execPath: program, execArgv: [], stdio: 'pipe' });
    child.send({ kind: 'write', pid: 2 ** 22 + 1, startTicks: 1, path: '/nowhere', text: '+' });
    const [report] = await once(child, 'message');
    expect(report).toMatchObject({ type: 'done', outcome: expect.stringContaining(String(2 ** 22 + 1)) });
  });
});

describe('on a bare Debian 12', () => {
  let root: DebianRoot;
  beforeAll(() => {
    root = makeDebianRoot(join(folder, 'root'), ['nodejs', 'gunicorn']);
  }, 240_000);

  async function showsGunicorn(workertop: string): Promise<void> {
    const [program, args] = root.besideGunicorn(workertop);
    const pty = openPty(program, args, { cols: 110, rows: 30 });
    await pty.waitFor('gunicorn', 60);
    await pty.waitFor('shop', 60);
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
  }

  it('the .deb installs, with its manual page and completions', () => {
    const deb = root.put(join(ARTIFACTS, `workertop_${version}_all.deb`));
    root.run('dpkg', '--install', deb);
    expect(root.run('dpkg', '--verify', 'workertop')).toBe('');
    expect(root.run('workertop', '--version')).toBe(`workertop ${version}\n`);
    const files = [
      'man/man1/workertop.1.gz',
      'bash-completion/completions/workertop',
      'zsh/vendor-completions/_workertop',
      'fish/vendor_completions.d/workertop.fish',
      'doc/workertop/copyright',
      'doc/workertop/NOTICE',
    ];
    for (const file of files) expect(existsSync(join(root.folder, 'usr/share', file)), file).toBe(true);
    expect(root.run('dpkg', '--status', 'workertop')).toContain('Status: install ok installed');
  });

  it('it shows a gunicorn in one command, on Debian’s Node', () => showsGunicorn('workertop'), 180_000);

  it('the program shows it where there is no Node', async () => {
    root.run('dpkg', '--purge', '--force-depends', 'workertop', 'nodejs');
    expect(existsSync(join(root.folder, 'usr/bin/node'))).toBe(false);
    root.put(join(folder, 'program/workertop'));
    await showsGunicorn('/tmp/workertop');
  }, 180_000);
});

it('a package is made anew the same, byte for byte', () => {
  const deb = join(ARTIFACTS, `workertop_${version}_all.deb`);
  const before = readFileSync(deb);
  writeFileSync(deb, '');
  execFileSync('npx', ['tsx', 'scripts/package-main.ts', 'deb'], { stdio: 'pipe' });
  expect(readFileSync(deb).equals(before)).toBe(true);
});
