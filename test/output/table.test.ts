import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import { listTable } from '../../src/output/table.ts';
import { width } from '../../src/text/width.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { directory, host, MB, sample, snapshot, virtualenv } from '../helpers/samples.ts';

const use = { anonymous: null, shmem: 400 * MB, huge: null, arc: null, swapInMemory: null, kernel: { slab: 60 * MB } };

function modelOf() {
  const shop = gunicorn({
    pid: 100,
    project: 'a-shop-with-a-rather-long-name-of-its-own-日本',
    workers: [{ memory: own(100) }],
  });
  const estimated = gunicorn({ pid: 200, project: 'blog', workers: [{ memory: { ...own(50), quality: 'estimate' } }] });
  const indexer = sample({
    pid: 7,
    argv: ['/usr/local/bin/indexer', '--all'],
    memory: own(320),
  });
  const cron = sample({ pid: 8, argv: ['/usr/sbin/cron'] });
  return buildModel(snapshot([...shop, ...estimated, indexer, cron], { host: host({ use }) }), null, {
    memoryTotal: null,
  });
}

const advice = [
  {
    kind: 'coverage',
    about: { type: 'machine' },
    severity: 'info',
    text: 'Some advice that is far longer than a line of a terminal has columns, and goes on → until it has to be broken.',
    frees: null,
    key: null,
    where: null,
  },
] as const;

describe('the list', () => {
  it.each([40, 60, 80, 100])('fits %i columns', (columns) => {
    const lines = listTable(modelOf(), advice, { columns }).split('\n');
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns);
    for (const title of ['MEM', 'FREES']) expect(lines.find((line) => line.startsWith('PROJECT'))).toContain(title);
  });

  it('is not made wide by a virtualenv with a long name', () => {
    const path = `/srv/${'long'.repeat(500)}`;
    const named = sample({
      pid: 20,
      argv: ['python3', 'a.py'],
      virtualenv: virtualenv(path),
      directory: directory('/srv/shop'),
    });
    const lines = listTable(buildModel(snapshot([named]), null, { memoryTotal: null }), []).split('\n');
    expect(Math.max(...lines.map(width))).toBeLessThan(200);
    expect(lines.join('\n')).toMatch(/^shop +(?:long)+l*o*n*…/m);
  });

  it('is ASCII alone where that is wanted', () => {
    expect(listTable(modelOf(), advice, { columns: 80, ascii: true })).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('names the processes of the system that have a hundredth of the memory', () => {
    const text = listTable(modelOf(), []);
    expect(text).toMatch(/^system {2}2 processes .*334M/m);
    expect(text).toMatch(/^ {2}7 {2}\/usr\/local\/bin\/indexer --all .* 326M /m);
    expect(text).not.toContain('/usr/sbin/cron');
  });

  it('has the sum of what a filter left of the system, and no other', () => {
    const model = modelOf();
    const left = { ...model.system, processes: model.system.processes.filter(({ pid }) => pid === 8) };
    expect(listTable(model, [], { system: left })).toMatch(/^system {2}1 process +8\.0M /m);
    expect(listTable(model, [], { system: null })).not.toMatch(/^system/m);
  });

  it('tells where the memory is that no process has', () => {
    const text = listTable(modelOf(), []);
    expect(text).toMatch(/^ *400M +26\.0% {2}files in memory and shared memory/m);
    expect(text).toMatch(/^ *60M +3\.9% {2}kernel objects/m);
    expect(text).toMatch(/unexplained$/m);
  });

  it('marks what is freed as an estimate where it is one', () => {
    expect(listTable(modelOf(), [])).toMatch(/^ {4}worker 201 .* ~50M /m);
  });
});
