import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { greet } from '../../../src/source/remote/greeting.ts';
import { Line, sshArguments } from '../../../src/source/remote/line.ts';
import { MirrorTree } from '../../../src/source/remote/mirror-tree.ts';
import { eventually } from '../../helpers/eventually.ts';

let folder: string;
const PATH = process.env['PATH'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-line-'));
  process.env['PATH'] = `${folder}:${PATH}`;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

/** A line whose ssh is this script. */
function lineTo(script: string, mayAsk = false): Line {
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'ssh'), 0o755);
  return new Line({ destination: 'vps1', sudo: false, mayAsk, patience: 1 });
}

it.each([
  ['nothing', 'exec sleep 100', 'vps1: no answer for 1 s'],
  ['gigabytes', 'exec yes', 'vps1: the server sends more than 1 MB for one answer'],
  [
    'a refusal',
    'echo "vps1: Permission denied (publickey)." >&2; exit 255',
    'vps1: vps1: Permission denied (publickey)',
  ],
  ['an end', 'exit 0', 'vps1: the connection ended'],
  ['an end, while a program of ssh stays', 'sleep 2 >/dev/null & echo "No route." >&2; exit 255', 'vps1: No route'],
])('a server that answers %s is told in one line', async (_, script, message) => {
  await expect(lineTo(script).request('h')).rejects.toThrow(message);
});

it.each([
  ['gigabytes after its greeting', 'yes | head -c 200000000', 'more than 32 MB'],
  ['garbage', 'printf "%s" "$W:f"; head -c 1000000 /dev/urandom', null],
])('a server that answers %s harms nothing', async (_, answer, message) => {
  const line = lineTo('exec sh');
  await greet(line);
  const request = line.request(answer);
  if (message !== null) await expect(request).rejects.toThrow(message);
  else expect((await request).length).toBeGreaterThan(1_000_000);
  line.close();
});

it('a server that answers something else to the greeting is refused', async () => {
  const line = lineTo(
    `while read -r l; do case $l in "z "*) printf "%s:z%s\\n" "$w" "\${l#z }";; W=*) w=\${l#W=};; esac; done`,
  );
  await expect(greet(line)).rejects.toThrow('no shell with cat and /proc');
  line.close();
});

it('ssh that may ask on the terminal gives it back before it ends', async () => {
  const line = lineTo(
    `trap 'echo >${folder}/restored; exit' TERM; echo >${folder}/asks; sleep 2 >/dev/null 2>&1 & wait`,
    true,
  );
  const request = line.request('h');
  const refused = expect(request).rejects.toThrow('vps1: interrupted');
  await eventually('ssh asks', () => existsSync(join(folder, 'asks')));
  await line.end('interrupted');
  await refused;
  expect(existsSync(join(folder, 'restored'))).toBe(true);
});

it.each([
  ['functions', `'BASH_FUNC_cat%%=() { echo no; }' 'BASH_FUNC_printf%%=() { echo no; }'`],
  ['options', 'SHELLOPTS=errexit:noglob:nounset'],
  ['variables', 'IFS=/ W=1 X=1 v=1'],
])('%s that a login shell hands over change nothing', async (_, environment) => {
  const line = lineTo(`exec env ${environment} bash --posix`);
  expect(await line.startReader()).toBe(true);
  const server = await greet(line);
  const tree = new MirrorTree(line, server, ['PATH'], true);
  const environ = await tree.settle(() => tree.text(`${process.pid}/environ`));
  expect(environ).toMatch(/^PATH=/);
  line.close();
});

it('a destination is never an option of ssh', () => {
  const found = sshArguments({ destination: '-oProxyCommand=x', sudo: true, mayAsk: false });
  expect(found.slice(found.indexOf('--'))).toEqual(['--', '-oProxyCommand=x', 'sudo -n sh']);
  expect(found).toContain('BatchMode=yes');
});
