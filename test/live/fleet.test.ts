import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawn } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { openPty } from '../helpers/pty.ts';
import { requireServer } from '../helpers/requirements.ts';
import { schemaProblems } from '../helpers/schema.ts';
import { type Sshd, startSshd } from '../helpers/sshd.ts';
import { workertop, workertopCommand } from '../helpers/workertop.ts';

let sshd: Sshd;
let folder: string;
const PATH = process.env['PATH'];

beforeAll(async () => {
  requireServer('openssh-server', 'openssh-client', 'busybox-static');
  requireRoot();
  folder = makeFolder('fleet');
  sshd = await startSshd();
  process.env['PATH'] = `${sshd.path}:${PATH}`;
});
afterAll(async () => {
  process.env['PATH'] = PATH;
  await sshd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('lists each of several machines, and says which could not be read', async () => {
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, 'dash\nno-such-machine.invalid # gone\nbash\n');
  const { code, stdout, stderr } = await workertop('list', '--json', '--hosts', hosts);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'workertop: 1 of 3 machines not read: no-such-machine.invalid\n',
  });
  const document = JSON.parse(stdout);
  expect(schemaProblems(document, 'hosts')).toEqual([]);
  const machines: { host: string; error: string | null; list: { projects: unknown[] } | null }[] = document.machines;
  expect(machines.map(({ host, error, list }) => [host, error === null, list !== null])).toEqual([
    ['dash', true, true],
    ['no-such-machine.invalid', false, false],
    ['bash', true, true],
  ]);
  const text = await workertop('list', '--host', 'bash', '--host', 'bash');
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/^== bash ==\n.*MEM/s);
});

/** An ssh for which one machine sends without end, and another says nothing. */
function makeSsh(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const cases = 'case " $* " in *" flood "*) exec cat /dev/zero ;; *" silent "*) exec sleep 100 ;; esac';
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\n${cases}\nexec ${sshd.path}/ssh "$@"\n`);
  chmodSync(join(bin, 'ssh'), 0o755);
  return bin;
}

it('shows several machines, opens one, and none of those that are lost, silent or hostile is in the way', async () => {
  const hosts = ['dash', 'bash', 'silent', 'flood', 'no-such-machine.invalid'];
  const [node, cli] = workertopCommand();
  const pty = openPty(node, [cli, ...hosts.flatMap((host) => ['--host', host])], {
    cols: 100,
    env: { PATH: `${makeSsh()}:${process.env['PATH']}` },
  });
  const row = (host: string) => pty.lines().find((line) => line.startsWith(host)) ?? '';
  await drawn(pty);
  await eventually('two machines are read', () => ['dash', 'bash'].every((host) => /\d+%/.test(row(host))));
  expect(row('silent')).toMatch(/connecting/);
  await eventually('the hostile one is lost', () => /lost: the server sends more than 1 MB/.test(row('flood')));
  await eventually('the unknown one is lost', () => /lost: ssh: Could not resolve/.test(row('no-such')));

  for (const key of ['/', ...'dash', 'enter']) pty.press(key);
  await pty.waitFor(/Filter: dash/);
  pty.press('enter');
  await pty.waitFor(
    (lines) => /^ workertop {2}dash {2}/.test(lines[0] ?? '') && lines.some((line) => /OF USED/.test(line)),
  );
  pty.press('escape');
  await pty.waitFor(/^MACHINE/m);

  const line = kernel
    .children(pty.pid)
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0dash\0'));
  if (line === undefined) throw new Error('there is no ssh to dash');
  process.kill(line, 'SIGKILL');
  // The next reading finds out. An r pressed after that would connect again.
  await eventually('it is lost', () => /lost: /.test(row('dash')));
  pty.press('enter');
  await pty.waitFor(/dash is lost: r connects again\./);
  pty.press('r');
  await eventually('it is read again', () => /\d+%/.test(row('dash')));
  pty.press('q');
  expect(await pty.exit).toMatchObject({ code: 0 });
});
