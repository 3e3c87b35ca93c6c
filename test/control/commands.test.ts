import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import type { ControlCommand } from '../../src/servers/definition.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { helperProgram } from '../helpers/helper-program.ts';
import * as kernel from '../helpers/kernel.ts';

const entry = helperProgram('owner-helper');
const asOwner = asOwnerBy(entry);

const isRoot = process.geteuid?.() === 0;
/** Numbers that no account of the machine has. */
const web = { uid: 12_345, gid: 12_345 };
const mallory = { uid: 12_346, gid: 12_346 };

let folder: string;
let servers: ChildProcess[] = [];
let loops: Promise<unknown>[] = [];

beforeEach(() => {
  folder = makeFolder('command');
  writeFileSync(at('told'), '');
  chmodSync(at('told'), 0o666);
});
afterEach(async () => {
  const ended = servers.map((one) => (one.exitCode ?? one.signalCode) !== null || once(one, 'exit'));
  for (const server of servers) server.kill('SIGKILL');
  await Promise.all(ended);
  servers = [];
  // A killed shell could leave a copy of a file under way.
  writeFileSync(at('stop'), '');
  await Promise.all(loops);
  loops = [];
  rmSync(folder, { recursive: true, force: true });
});

const at = (...parts: readonly string[]) => join(folder, ...parts);
const told = () => readFileSync(at('told'), 'utf8');

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** A stand-in for a server, with an environment and a directory of its own. */
function start(env: Readonly<Record<string, string>> = {}, ids?: Ids, cwd = folder): ChildProcess {
  const server = spawn('/bin/sleep', ['60'], { cwd, env, stdio: 'ignore', ...ids });
  servers.push(server);
  return server;
}

/** Does the same again and again until the end of the test. */
function loop(commands: string, ids: Ids): void {
  const script = `while [ ! -e stop ]; do ${commands}; done`;
  loops.push(once(spawn('/bin/sh', ['-c', script], { cwd: folder, stdio: 'ignore', ...ids }), 'exit'));
}

/** A script that can be run by everyone, and belongs to the user. */
function script(path: string, text: string, ids: Ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }) {
  if (dirname(path) !== folder) makeDirectory(dirname(path), ids);
  writeFileSync(path, text.startsWith('#!') ? text : `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  chownSync(path, ids.uid, ids.gid);
  return path;
}

function makeDirectory(path: string, { uid, gid }: Ids): void {
  mkdirSync(path, { recursive: true });
  for (let one = path; one !== folder && one.startsWith(folder); one = dirname(one)) chownSync(one, uid, gid);
}

const startTicksOf = (pid: number) =>
  Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]);

async function run({ pid = 0 }: ChildProcess, command: Partial<ControlCommand> & { program: string }, cwd = folder) {
  return asOwner({ kind: 'run', pid, startTicks: startTicksOf(pid), command: { args: [], ...command }, cwd });
}

/** The command was not run, and the sentence says why. */
async function expectRefused(server: ChildProcess, command: Parameters<typeof run>[1], why: RegExp, cwd = folder) {
  expect(await run(server, command, cwd)).toMatch(why);
  expect(told()).toBe('');
}

const TELL = `echo run >'%s'`;
const telling = () => TELL.replace('%s', at('told'));

describe.runIf(isRoot)('as root, a command of a user’s server', () => {
  it('is run as that user, with the groups of the server and none of root, in its directory, without a shell', async () => {
    const path = script(at('bin', 'control'), '{ id -u; id -G; pwd; echo "$*"; } >told', web);
    expect(await run(start({}, web), { program: path, args: ['a b', '$(id)'] })).toBeNull();
    expect(told().split('\n')).toEqual(['12345', '12345', folder, 'a b $(id)', '']);
  });

  it('has the supplementary groups of the server', async () => {
    const path = script(at('bin', 'control'), 'id -G >told', web);
    const server = spawn('setpriv', ['--reuid=12345', '--regid=12345', '--groups=12345,777', 'sleep', '60'], {
      cwd: folder,
      stdio: 'ignore',
    });
    servers.push(server);
    await eventually('it is of the user', () => kernel.children(server.pid ?? 0) && comm(server) === 'sleep');
    expect(await run(server, { program: path })).toBeNull();
    expect(told()).toBe('12345 777\n');
  });

  it('has no capability, and cannot become root again', async () => {
    const path = script(at('bin', 'control'), 'grep -E "^(Uid|CapPrm|CapEff|CapAmb)" /proc/self/status >told', web);
    expect(await run(start({}, web), { program: path })).toBeNull();
    expect(told()).toMatch(/^Uid:(\t12345){4}\n(Cap\w+:\t0{16}\n){3}$/);
  });

  it('has no terminal of root', async () => {
    const path = script(at('bin', 'control'), '(: </dev/tty) 2>/dev/null && echo tty >told; true', web);
    expect(await run(start({}, web), { program: path })).toBeNull();
    expect(told()).toBe('');
  });

  it('cannot read what is for root alone', async () => {
    writeFileSync(at('secret'), 'x', { mode: 0o600 });
    const path = script(at('bin', 'control'), 'cat secret >told', web);
    expect(await run(start({}, web), { program: path })).toMatch(/failed with 1: cat: secret: Permission denied$/);
    expect(told()).toBe('');
  });

  it('may be root’s own program, as in a virtualenv that root has made', async () => {
    const path = script(at('venv', 'bin', 'celery'), 'id -u >told');
    expect(await run(start({}, web), { program: path })).toBeNull();
    expect(told()).toBe('12345\n');
  });

  it('is found by its name through links of the user', async () => {
    script(at('opt', 'bin', 'pm2'), 'id -u >told', web);
    makeDirectory(at('bin'), web);
    symlinkSync('../opt/bin/pm2', at('bin', 'pm2'));
    expect(await run(start({ PATH: at('bin') }, web), { program: 'pm2' })).toBeNull();
    expect(told()).toBe('12345\n');
  });
});

describe.runIf(isRoot)('as root, nothing is run for a user where another could have put it there:', () => {
  const web755 = (path: string) => script(path, telling(), web);

  const changed = (path: string, change: (path: string) => void) => {
    const program = web755(at('top', 'bin', 'control'));
    change(path);
    return program;
  };

  it.each<[string, () => string]>([
    ['a file of another user', () => script(at('bin', 'control'), telling(), mallory)],
    ['a file that everyone may write to', () => changed(at('top', 'bin', 'control'), (path) => chmodSync(path, 0o757))],
    [
      'a file that its group may write to',
      () => changed(at('top', 'bin', 'control'), (path) => chmodSync(path, 0o775)),
    ],
    ['a directory that everyone may write to', () => changed(at('top', 'bin'), (path) => chmodSync(path, 0o777))],
    ['a directory like /tmp', () => changed(at('top', 'bin'), (path) => chmodSync(path, 0o1777))],
    ['a directory of another user', () => changed(at('top', 'bin'), (path) => chownSync(path, mallory.uid, 0))],
    ['a directory above that', () => changed(at('top'), (path) => chmodSync(path, 0o777))],
    [
      'a link in between, of another user',
      () => {
        web755(at('real', 'bin', 'control'));
        makeDirectory(at('shared'), mallory);
        symlinkSync(at('real'), at('shared', 'venv'));
        return at('shared', 'venv', 'bin', 'control');
      },
    ],
    [
      'a link to a file of another user',
      () => {
        script(at('mallory', 'control'), telling(), mallory);
        makeDirectory(at('bin'), web);
        symlinkSync(at('mallory', 'control'), at('bin', 'control'));
        return at('bin', 'control');
      },
    ],
    [
      'a way back up through a directory of another user',
      () => {
        web755(at('bin', 'control'));
        makeDirectory(at('mallory'), mallory);
        return at('mallory', '..', 'bin', 'control').replace(at('bin'), `${at('mallory')}/../bin`);
      },
    ],
    [
      'an interpreter of another user',
      () => {
        script(at('mallory', 'python'), telling(), mallory);
        return script(at('bin', 'control'), `#!${at('mallory', 'python')}\n`, web);
      },
    ],
    [
      'an interpreter of an interpreter of another user',
      () => {
        script(at('mallory', 'python'), telling(), mallory);
        script(at('bin', 'python'), `#!${at('mallory', 'python')}\n`, web);
        return script(at('bin', 'control'), `#!${at('bin', 'python')}\n`, web);
      },
    ],
    [
      'a virtualenv whose modules everyone may write',
      () => {
        makeDirectory(at('venv', 'lib', 'python3.11', 'site-packages'), web);
        chmodSync(at('venv', 'lib', 'python3.11', 'site-packages'), 0o777);
        writeFileSync(at('venv', 'pyvenv.cfg'), 'home = /usr/bin\n');
        chownSync(at('venv', 'pyvenv.cfg'), web.uid, web.gid);
        return web755(at('venv', 'bin', 'control'));
      },
    ],
    [
      'a virtualenv made of the Python of another user',
      () => {
        makeDirectory(at('mallory', 'bin'), mallory);
        makeDirectory(at('venv'), web);
        writeFileSync(at('venv', 'pyvenv.cfg'), `home = ${at('mallory', 'bin')}\n`);
        return web755(at('venv', 'bin', 'control'));
      },
    ],
  ])('%s', async (_, make) => {
    await expectRefused(start({}, web), { program: make() }, /belongs to|may be changed by/);
  });

  it('the directory that it is run in, and would import from', async () => {
    makeDirectory(at('work'), web);
    chmodSync(at('work'), 0o777);
    const path = web755(at('bin', 'control'));
    await expectRefused(start({}, web, at('work')), { program: path }, /work may be changed by everyone/, at('work'));
  });

  it('a directory that its arguments name', async () => {
    makeDirectory(at('apps'), mallory);
    const command = { program: web755(at('bin', 'control')), directories: ['apps'] };
    await expectRefused(start({}, web), command, /apps belongs to user 12346/);
  });

  it('by its name, in a PATH through a directory of another user', async () => {
    script(at('mallory', 'control'), telling(), mallory);
    const server = start({ PATH: at('mallory') }, web);
    await expectRefused(server, { program: 'control' }, /was not found.*mallory belongs to user 12346/);
  });

  it('by env, which looks for its interpreter', async () => {
    script(at('mallory', 'interpreter'), telling(), mallory);
    const path = script(at('bin', 'control'), '#!/usr/bin/env -S interpreter --fast\n', web);
    const server = start({ PATH: `${at('mallory')}:/usr/bin` }, web);
    await expectRefused(server, { program: path }, /interpreter, the interpreter of .*, was not found/);
  });
});

describe.runIf(isRoot)('as root, nothing is run as root', () => {
  it('from the home of a user', async () => {
    const path = script(at('home', 'venv', 'bin', 'celery'), telling(), web);
    await expectRefused(start(), { program: path }, /not run as root: .*home belongs to user 12345/);
  });

  it('in the home of a user', async () => {
    makeDirectory(at('home'), web);
    const path = script(at('bin', 'celery'), telling());
    await expectRefused(start({}, undefined, at('home')), { program: path }, /home belongs to user 12345/, at('home'));
  });

  it('by a root’s script with the Python of a user', async () => {
    script(at('home', 'python'), telling(), web);
    const path = script(at('bin', 'celery'), `#!${at('home', 'python')}\n`);
    await expectRefused(start(), { program: path }, /home belongs to user 12345/);
  });

  it('for a server whose own program lies in the home of a user', async () => {
    makeDirectory(at('home'), web);
    writeFileSync(at('home', 'sleep'), readFileSync('/bin/sleep'), { mode: 0o755 });
    const server = spawn(at('home', 'sleep'), ['60'], { cwd: folder, stdio: 'ignore' });
    servers.push(server);
    await expectRefused(server, { program: script(at('bin', 'pm2'), telling()) }, /home belongs to user 12345/);
  });
});

describe.runIf(isRoot)('as root, nothing is run for a program that began with more rights than its caller had', () => {
  // What began as root may have become a user for good; what began as a user has become another only by such a program.
  it.each([
    [
      'and has made all of its ids those of root, as sudo does while it asks for the password',
      0o4755,
      web,
      'os.setresgid(0, 0, 0); os.setresuid(0, 0, 0)',
    ],
    ['and has given up its ids again', 0o4755, web, 'os.setresuid(12345, 12345, 12345)'],
    ['and has given up its group again', 0o2755, web, 'os.setresgid(12345, 12345, 12345)'],
  ] as const)('%s', async (_, mode, ids, line) => {
    const python = at('python');
    copyFileSync(realpathSync('/usr/bin/python3'), python);
    chmodSync(python, mode);
    const server = spawn(python, ['-c', `import os, time; ${line}; print('ready', flush=True); time.sleep(60)`], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      ...ids,
    });
    servers.push(server);
    await once(server.stdout, 'data');
    await expectRefused(server, { program: script(at('control'), telling()) }, /started with the ids of another user/);
  });

  it('but for a daemon that root has started and that has become the user', async () => {
    const line =
      "import os, time; os.setgroups([]); os.setgid(12345); os.setuid(12345); print('ready', flush=True); time.sleep(60)";
    const server = spawn('/usr/bin/python3', ['-c', line], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    servers.push(server);
    await once(server.stdout, 'data');
    expect(await run(server, { program: script(at('control'), 'id -u >told') })).toBeNull();
    expect(told()).toBe('12345\n');
  });
});

describe.runIf(isRoot)('a program that is swapped', () => {
  it('after it was seen on the screen is looked at again, and not run', async () => {
    const path = script(at('bin', 'control'), 'true', web);
    const server = start({}, web);
    expect(await run(server, { program: path })).toBeNull();
    script(at('other'), telling(), mallory);
    renameSync(at('other'), path);
    await expectRefused(server, { program: path }, /control belongs to user 12346/);
  });

  it('by its owner while it is looked at is run as him, and as nobody else', async () => {
    const path = script(at('bin', 'control'), 'id -u >>told', web);
    const server = start({}, web);
    loop('cp bin/control bin/new; echo >>bin/new; mv bin/new bin/control', web);
    for (let count = 0; count < 5; count++) await run(server, { program: path });
    expect(told().replaceAll('12345\n', '')).toBe('');
  });

  it('by a stranger in a directory that he may write to is never run, whenever he does it', async () => {
    makeDirectory(at('shared'), web);
    chmodSync(at('shared'), 0o777);
    const path = script(at('shared', 'control'), 'true', web);
    const planted = script(at('planted'), telling(), mallory);
    loop(`cp ${planted} shared/new; mv -f shared/new shared/control`, mallory);
    const server = start({}, web);
    for (let count = 0; count < 5; count++)
      await expectRefused(server, { program: path }, /may be changed by everyone/);
  });
});

describe.runIf(isRoot)('where workertop is not all that root is,', () => {
  /** Asks a helper that runs as `as` makes it. */
  async function runAs(as: readonly string[], { pid = 0 }: ChildProcess, program: string): Promise<string> {
    const command = { program, args: [] };
    const errand = { kind: 'run', pid, startTicks: startTicksOf(pid), command, cwd: folder };
    const asks = `const helper = require('node:child_process').fork(${JSON.stringify(entry)});
      helper.on('message', (told) => told.type === 'checked' ? helper.send('go on') : console.log(JSON.stringify(told)));
      helper.send(${JSON.stringify(errand)})`;
    const child = spawn('setpriv', [...as, process.execPath, '-e', asks], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [data] = await once(child.stdout, 'data');
    return String(data);
  }

  it('another user’s command is refused in words, and not run', async () => {
    const path = script(at('control'), telling());
    expect(await runAs(['--reuid=12345', '--regid=12345', '--clear-groups'], start(), path)).toContain('Use sudo');
    expect(told()).toBe('');
  });

  it('a container’s root, who may not look into others’ processes, runs it as that user, who may', async () => {
    const path = script(at('bin', 'control'), 'id -u >told', web);
    expect(await runAs(['--bounding-set=-sys_ptrace'], start({}, web), path)).toContain('"outcome":null');
    expect(told()).toBe('12345\n');
  });
});

describe('the program of a command', () => {
  it('is never taken from the directory where it is run, whatever PATH says', async () => {
    script(at('control'), telling());
    for (const PATH of [':/usr/bin', '.:/usr/bin', 'bin:/usr/bin']) {
      await expectRefused(start({ PATH }), { program: 'control' }, /was not found/);
    }
  });

  it('is looked for in the PATH of the server, then in other places', async () => {
    script(at('bin', 'control'), 'echo "$PATH" >told');
    expect(await run(start({ PATH: `.:${at('bin')}:/bin` }), { program: 'control' })).toBeNull();
    expect(told()).toMatch(`${at('bin')}:/bin:`);
    expect(await run(start({ PATH: '/bin' }), { program: 'control', places: [at('bin')] })).toBeNull();
  });

  it('is looked for in no directory that cannot be one', async () => {
    const PATH = `/${'a'.repeat(5000)}:${at('told')}:/bin`;
    await expectRefused(start({ PATH }), { program: 'control' }, /was not found/);
  });

  it('gets no argument that is none', async () => {
    const path = script(at('control'), telling());
    await expectRefused(start(), { program: path, args: ['shop\0 --all'] }, /could not be done/);
  });

  it('is not run in a directory that has gone', async () => {
    const path = script(at('control'), telling());
    await expectRefused(start(), { program: path }, /does not exist/, at('releases', '1'));
    mkdirSync(at('current'));
    await expectRefused(start(), { program: path }, /does not exist any more/, at('current'));
  });

  it('is not run for a process that has begun since', async () => {
    const { pid = 0 } = start();
    const command = { program: script(at('control'), telling()), args: [] };
    const outcome = await asOwner({ kind: 'run', pid, startTicks: startTicksOf(pid) - 1, command, cwd: folder });
    expect(outcome).toMatch(/is another process now/);
    expect(told()).toBe('');
  });
});

it('a command gets a short list of variables, and none that makes a program load another', async () => {
  const harmful = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'PYTHONPATH', 'PYTHONSTARTUP', 'NODE_OPTIONS', 'NODE_CHANNEL_FD'];
  const more = [
    'RUBYOPT',
    'PERL5OPT',
    'BASH_ENV',
    'ENV',
    'GCONV_PATH',
    'IFS',
    'GIT_SSH_COMMAND',
    'PYTHON_KEY',
    'OTHER',
  ];
  const all = Object.fromEntries([...harmful, ...more].map((name) => [name, '/nowhere']));
  const path = script(at('control'), 'cat /proc/$$/environ >told');
  const server = start({ ...all, DJANGO_SETTINGS_MODULE: 'shop.settings', REDIS_URL: 'redis://', LANG: '../x' });
  const command = { program: path, variables: ['DJANGO_*', '*URL', '*KEY', '*'], environment: { ADDED: 'y' } };
  expect(await run(server, { ...command, variables: ['DJANGO_*', '*URL', '*KEY'] })).toBeNull();
  const names = told()
    .split('\0')
    .filter(Boolean)
    .map((pair) => pair.split('=')[0]);
  expect(names.sort()).toEqual(
    ['ADDED', 'DJANGO_SETTINGS_MODULE', 'HOME', 'LANG', 'LOGNAME', 'PATH', 'REDIS_URL', 'USER'].sort(),
  );
  expect(told()).toContain('LANG=C.UTF-8');
  // Whatever a definition asks for.
  expect(await run(server, command)).toBeNull();
  for (const name of [...harmful, ...more.slice(0, -1)]) expect(`\0${told()}`).not.toContain(`\0${name}=`);
});

describe('the outcome of a command', () => {
  it('is told without colours, control characters and passwords', async () => {
    const text = "printf 'first\\n\\033[31mno redis://:hunter2@host \\007here\\033[0m\\n' >&2; exit 3";
    const outcome = await run(start(), { program: script(at('control'), text) });
    expect(outcome).toContain('failed with 3: no redis://');
    expect(outcome).not.toMatch(/hunter2|\p{Cc}/u);
  });

  it('does not wait for what the command has left running', async () => {
    const path = script(at('control'), 'sleep 30 & echo $! >told; exit 0');
    expect(await run(start(), { program: path })).toBeNull();
    const left = Number(told());
    expect(kernel.isAlive(left)).toBe(true);
    process.kill(left);
    await eventually('it has ended', () => !kernel.isAlive(left));
  });
});

const comm = ({ pid }: ChildProcess) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
