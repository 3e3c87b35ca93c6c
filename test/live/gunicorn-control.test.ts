import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { list } from '../helpers/workertop.ts';

/**
 * Stands for gunicorn 25.1 or newer, which Debian does not have: a process of its title that listens at a control socket and
 * answers as is known of gunicorn/ctl. Made from facts about it, not from it.
 */
const standIn = `
import json, os, socket, struct, sys
from setproctitle import setproctitle
server = socket.socket(socket.AF_UNIX)
server.bind('gunicorn.ctl')
server.listen(5)
setproctitle('gunicorn: master [shop]')
pid = os.getpid() + int(sys.argv[1])
data = {'show stats': {'pid': pid, 'workers_current': 0}, 'show config': {'workers': 7}}
while True:
    peer, _ = server.accept()
    with peer:
        while head := peer.recv(4):
            asked = json.loads(peer.recv(struct.unpack('>I', head)[0]))
            answer = json.dumps({'id': asked['id'], 'status': 'ok', 'data': data[asked['command']]}).encode()
            peer.sendall(struct.pack('>I', len(answer)) + answer)
`;

let folder: string;
let job: Job | null = null;

beforeEach(async () => {
  requireServer('python3-setproctitle');
  folder = await realpath(await mkdtemp(join(tmpdir(), 'workertop-control-')));
  await writeFile(join(folder, 'master.py'), standIn);
});
afterEach(async () => {
  await job?.stop();
  job = null;
  await rm(folder, { recursive: true, force: true });
});

async function workersOf(offset: number) {
  job = await startJob(['/usr/bin/python3', 'master.py', String(offset)], { cwd: folder, log: join(folder, 'log') });
  const { pid } = job;
  await eventually('its title', () => kernel.commandLine(pid).startsWith('gunicorn: master'));
  const servers = (await list()).projects.flatMap((project) => project.servers);
  return servers.find(({ processes }) => processes[0]?.pid === pid);
}

it('gunicorn’s control socket tells the number of workers that a title hides, and is no address of the web', async () => {
  const server = await workersOf(0);
  expect(server?.workers).toMatchObject({ configured: 7, configuredBy: 'control socket' });
  expect(server?.bind.filter((address) => address.includes('gunicorn.ctl'))).toEqual([]);
});

it('gunicorn’s control socket of another master tells nothing', async () => {
  expect((await workersOf(1))?.workers).toMatchObject({ configured: null, configuredBy: null });
});
