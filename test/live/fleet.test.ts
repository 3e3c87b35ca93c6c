import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { requireServer } from '../helpers/requirements.ts';
import { schemaProblems } from '../helpers/schema.ts';
import { type Sshd, startSshd } from '../helpers/sshd.ts';
import { workertop } from '../helpers/workertop.ts';

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
