import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { makeFolder } from './folder.ts';
import { AS_NOBODY } from './namespace.ts';

/**
 * What a session of the server is, by the name of the host: a shell, of which bash finds no awk; busybox alone in a root
 * of its own; a user without rights, who may become root by sudo or not; or any command.
 */
const hosts = ['dash', 'bash', 'busybox', 'chroot', 'sudoer', 'nobody', 'any'] as const;
export type Host = (typeof hosts)[number];

export interface Sshd {
  /** A folder first in PATH, whose `ssh` knows the hosts. */
  readonly path: string;
  readonly pid: number;
  /** The pid of the process through which the bytes of the host that was connected to last go. */
  line(): number;
  /** Stops the connection of the host that was connected to last, which then says nothing. */
  stall(): void;
  /** Breaks the connection of the host that was connected to last. */
  cut(): void;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** What the shell on a server needs, as docs/remote.md says. */
const tools = 'cat chroot cut env grep head id ls readlink sed setpriv sh sort stat timeout tr true uname'.split(' ');

/** The commands that sessions run, by host. Mounts are in a namespace of the session. */
function makeSessions(folder: string): ReadonlyMap<Host, string> {
  // Nothing of coreutils is found there.
  const applets = join(folder, 'applets');
  mkdirSync(applets);
  execFileSync('/bin/busybox', ['--install', '-s', applets]);
  const plain = join(folder, 'plain');
  mkdirSync(plain);
  for (const tool of tools) symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(plain, tool));
  const root = join(folder, 'root');
  for (const name of ['bin', 'proc']) mkdirSync(join(root, name), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s', '/bin']);
  writeFileSync(join(folder, 'sudoers'), '#65534 ALL=(root) NOPASSWD: ALL\n', { mode: 0o440 });
  writeFileSync(join(folder, 'nobody-may-nothing'), '', { mode: 0o440 });
  const asNobody = (sudoers: string) =>
    `mount --bind ${folder}/${sudoers} /etc/sudoers\nexec ${AS_NOBODY} sh -c "$SSH_ORIGINAL_COMMAND"`;
  const scripts: Readonly<Record<Host, string>> = {
    dash: 'exec dash',
    bash: `PATH=${plain} exec /bin/bash --posix`,
    busybox: `exec env -i PATH=${applets} ${applets}/sh`,
    chroot: `mount -t proc proc ${root}/proc\nexec env -i PATH=/bin /usr/sbin/chroot ${root} /bin/sh`,
    sudoer: asNobody('sudoers'),
    nobody: asNobody('nobody-may-nothing'),
    any: 'exec sh -c "$SSH_ORIGINAL_COMMAND"',
  };
  return new Map(
    hosts.map((host) => {
      const script = join(folder, `${host}.sh`);
      writeFileSync(script, `${scripts[host]}\n`);
      return [host, `${scripts[host].startsWith('mount') ? 'unshare --mount ' : ''}sh ${script}`];
    }),
  );
}

/** Starts an sshd of its own, with keys and configuration of its own, for this user. */
export async function startSshd(): Promise<Sshd> {
  const folder = makeFolder('sshd');
  const ports = new Map<Host, number>();
  for (const host of hosts) ports.set(host, await freePort());
  for (const name of ['host', 'user'])
    execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  const sessions = makeSessions(folder);
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      ...[...ports.values()].map((port) => `Port ${port}`),
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      'PidFile none',
      `AuthorizedKeysFile ${folder}/user.pub`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      ...hosts.flatMap((host) => [`Match LocalPort ${ports.get(host)}`, `  ForceCommand ${sessions.get(host)}`]),
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'ssh_config'),
    hosts
      .flatMap((host) => [
        `Host ${host}`,
        '  HostName 127.0.0.1',
        `  User ${userInfo().username}`,
        `  ProxyCommand sh -c 'echo $$ >${folder}/proxy; exec /bin/busybox nc 127.0.0.1 ${ports.get(host)}'`,
        `  IdentityFile ${folder}/user`,
        '  StrictHostKeyChecking no',
        `  UserKnownHostsFile ${folder}/known`,
        '  LogLevel ERROR',
        '',
      ])
      .join('\n'),
  );
  const path = join(folder, 'bin');
  mkdirSync(path);
  writeFileSync(join(path, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/ssh_config "$@"\n`);
  chmodSync(join(path, 'ssh'), 0o755);
  mkdirSync('/run/sshd', { recursive: true });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' });
  for (const port of ports.values()) await eventually('sshd', () => isOpen(port));
  const line = () => Number(readFileSync(join(folder, 'proxy'), 'utf8'));
  return {
    path,
    pid: sshd.pid ?? Number.NaN,
    line,
    stall: () => void process.kill(line(), 'SIGSTOP'),
    cut: () => void process.kill(line(), 'SIGKILL'),
    stop: async () => {
      const ended = once(sshd, 'exit');
      sshd.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
