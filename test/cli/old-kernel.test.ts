import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProcTree, type ProcTree, type TreeProcess } from '../helpers/proc-tree.ts';
import { list, workertop } from '../helpers/workertop.ts';

let tree: ProcTree;
const argv = ['/usr/bin/python3', '/usr/bin/gunicorn', '-w', '2', 'shop.wsgi'];

beforeEach(() => {
  tree = makeProcTree();
});
afterEach(() => tree.close());

function addGunicorn(process: TreeProcess): void {
  for (const pid of [10, 11, 12]) tree.add(pid, { argv, ppid: pid === 10 ? 1 : 10, caught: '8314a07', ...process });
}

async function gunicorn() {
  const listing = await list('--proc', tree.root);
  const [server] = listing.projects.flatMap(({ servers }) => servers);
  return { server, coverage: listing.coverage };
}

describe('on a kernel without smaps_rollup', () => {
  it('memory is summed up from smaps, and exact', async () => {
    const mapping = { rss: 1000, pss: 700, uss: 600 };
    addGunicorn({ memory: null, smaps: [mapping, mapping] });
    const { server, coverage } = await gunicorn();
    expect(coverage).toMatchObject({ processes: 3, exact: 3 });
    expect(server?.memory).toMatchObject({ exact: true, pss: 3 * 1400 * 1024, uss: 3 * 1200 * 1024 });
  });

  it('and without smaps, memory is an estimate or unknown, and never none', async () => {
    addGunicorn({ memory: null, rss: 2000 });
    const { server, coverage } = await gunicorn();
    expect(coverage).toMatchObject({ processes: 3, exact: 0 });
    expect(server?.memory).toMatchObject({ exact: false, rss: 3 * 2000 * 4096 });
    expect(server?.memory.pss).not.toBe(0);
  });
});

it.each([
  ['no PSI, no counters of swapping', ['vmstat', 'pressure']],
  ['no load', ['loadavg']],
  ['no list of cores', ['stat']],
  ['no name', ['sys']],
])('on a kernel with %s, list shows the rest', async (_, missing) => {
  addGunicorn({});
  for (const path of missing) rmSync(join(tree.root, path), { recursive: true, force: true });
  expect((await gunicorn()).server).toMatchObject({ kind: 'gunicorn', workers: { current: 2 } });
  expect(await workertop('list', '--proc', tree.root)).toMatchObject({ code: 0, stderr: '' });
});

it('list says that a machine has no swap', async () => {
  tree.write('meminfo', 'MemTotal: 2097152 kB\nMemFree: 524288 kB\nBuffers: 1024 kB\nCached: 400000 kB\n');
  const { stdout } = await workertop('list', '--proc', tree.root);
  expect(stdout).toMatch(/memory 1\.12G of 2\.00G, 56 %; no swap\n/);
});
