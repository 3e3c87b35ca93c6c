import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { makeFolder } from './folder.ts';

/** Shells that a session of the server may have, by the name of the host. */
export type Shell = 'dash' | 'bash' | 'busybox';

export interface Sshd {
  /** A folder first in PATH, whose `ssh` knows the hosts `dash`, `bash` and `busybox` of this server. */
  readonly path: string;
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

/** Starts an sshd of its own, with keys and configuration of its own, for this user. */
export async function startSshd(): Promise<Sshd> {
  const folder = makeFolder('sshd');
  const shells: readonly Shell[] = ['dash', 'bash', 'busybox'];
  const ports = new Map<Shell, number>();
  for (const shell of shells) ports.set(shell, await freePort());
  for (const name of ['host', 'user'])
    execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  // Nothing of coreutils is found there.
  const applets = join(folder, 'applets');
  mkdirSync(applets);
  execFileSync('/bin/busybox', ['--install', '-s', applets]);
  const commands: Readonly<Record<Shell, string>> = {
    dash: 'dash',
    bash: 'bash --posix',
    busybox: `env -i PATH=${applets} ${applets}/sh`,
  };
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
      ...shells.flatMap((shell) => [`Match LocalPort ${ports.get(shell)}`, `  ForceCommand ${commands[shell]}`]),
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'ssh_config'),
    shells
      .flatMap((shell) => [
        `Host ${shell}`,
        '  HostName 127.0.0.1',
        `  User ${userInfo().username}`,
        `  ProxyCommand sh -c 'echo $$ >${folder}/proxy; exec /bin/busybox nc 127.0.0.1 ${ports.get(shell)}'`,
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
  return {
    path,
    cut: () => {
      process.kill(Number(readFileSync(join(folder, 'proxy'), 'utf8')), 'SIGKILL');
    },
    stop: async () => {
      const ended = once(sshd, 'exit');
      sshd.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
