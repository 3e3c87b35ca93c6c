import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { parseConfig } from '../../src/cli/config-file.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { parseCount, parseDelay, parseSize } from '../../src/cli/value-kinds.ts';
import { advise } from '../../src/model/advice/advice.ts';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import { listDocument, printedJson } from '../../src/output/json.ts';
import { listTable } from '../../src/output/table.ts';
import { factRequests } from '../../src/servers/registry.ts';
import type { Snapshot } from '../../src/snapshot.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { inspectVirtualenv } from '../../src/source/proc/virtualenv.ts';
import { RecordingReader, RecordingWriter } from '../../src/source/recording.ts';
import { commandOf } from '../../src/text/mask-secrets.ts';
import { cases, patience } from '../helpers/cases.ts';
import { filesHere, viewOf } from '../helpers/files.ts';
import { isSound, mutated } from '../helpers/fuzz.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';
import { sample, snapshot } from '../helpers/samples.ts';

/** A whole tree takes some milliseconds. */
const TREES = cases(2000);

let tree: ProcTree;

beforeAll(() => {
  tree = makeProcTree();
});
afterAll(() => tree.close());

const hints = (pids: readonly number[]) => ({
  memoryBudget: Number.POSITIVE_INFINITY,
  prefer: new Set(pids),
  watch: new Set<number>(),
  listeners: new Set(pids),
});

const self = (name: string) => readFileSync(`/proc/self/${name}`);
const capture = (path: string, file = path) => [path, readFileSync(`/proc/${file}`)] as const;

/** The files of a tree as they are when all is well: this machine's, and this process's as those of a gunicorn. */
function captures(): readonly (readonly [path: string, bytes: Buffer])[] {
  const argv = ['/usr/bin/python3', '/usr/bin/gunicorn', '-c', `${tree.root}/gunicorn.conf.py`, 'shop.wsgi', ''];
  const ofProcess = [10, 11, 12].flatMap((pid) => {
    const stat = self('stat')
      .toString('latin1')
      .replace(/^\d+ \(.*\) (.) \d+/s, `${pid} (gunicorn) $1 ${pid === 10 ? 1 : 10}`);
    return [
      [`${pid}/stat`, Buffer.from(stat, 'latin1')],
      [`${pid}/cmdline`, Buffer.from(argv.join('\0'))],
      [`${pid}/environ`, Buffer.from('WEB_CONCURRENCY=3\0GUNICORN_CMD_ARGS=-w 3 -b :8000\0VIRTUAL_ENV=/srv/venv\0')],
      ...['status', 'statm', 'smaps_rollup', 'cgroup', 'net/tcp', 'net/tcp6', 'net/unix'].map(
        (name) => [`${pid}/${name}`, self(name)] as const,
      ),
      [`${pid}/maps`, self('maps').subarray(0, 4000)],
    ] as const;
  });
  return [
    ...ofProcess,
    capture('meminfo'),
    capture('loadavg'),
    capture('uptime'),
    ['vmstat', readFileSync('/proc/vmstat').subarray(0, 2000)],
    ['stat', readFileSync('/proc/stat').subarray(0, 400)],
    ['pressure/memory', Buffer.from('some avg10=0.12 avg60=1.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00\n')],
    ['1/cgroup', Buffer.from('3:memory:/box\n0::/box\n')],
    ['gunicorn.conf.py', Buffer.from('import os\nworkers = 3\nbind = "127.0.0.1:8000"\n')],
    ['cgroups/box/memory.max', Buffer.from('1073741824\n')],
    ['cgroups/box/memory.current', Buffer.from('104857600\n')],
    ['cgroups/box/memory.stat', Buffer.from('anon 1\ninactive_file 4096\n')],
    ['cgroups/memory/box/memory.limit_in_bytes', Buffer.from('2147483648\n')],
    ['cgroups/memory/box/memory.usage_in_bytes', Buffer.from('104857600\n')],
  ];
}

const put = (path: string, bytes: Buffer) => {
  mkdirSync(join(tree.root, path, '..'), { recursive: true });
  writeFileSync(join(tree.root, path), bytes);
};

it('a tree of broken files gives no exception and no nonsense, up to what is printed', {
  timeout: patience(180),
}, async () => {
  const files = captures();
  for (const pid of [10, 11, 12]) tree.add(pid, { sockets: [5, 7] });
  for (const [path, bytes] of files) put(path, bytes);
  const broken = fc
    .nat(files.length - 1)
    .chain((index) => mutated(files[index]?.[1]).map((bytes) => ({ path: files[index]?.[0] ?? '', bytes })));
  const source = new ProcSource({
    tree: new LocalTree(tree.root),
    factRequests,
    files: filesHere(),
    cgroups: join(tree.root, 'cgroups'),
    clock: () => 1e12,
  });
  const history = new History();
  let before: Snapshot | null = null;
  let named = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(broken, { minLength: 1, maxLength: 4 }), async (changes) => {
      for (const { path, bytes } of changes) put(path, bytes);
      try {
        const snapshot = await source.read(hints([10, 11, 12]));
        expect(isSound(snapshot)).toBe(true);
        const model = buildModel(snapshot, before, { memoryTotal: null });
        before = snapshot;
        history.record(model);
        const advice = advise(model, history);
        expect(listTable(model, advice)).not.toMatch(/NaN|Infinity|undefined/);
        expect(printedJson(listDocument(model, advice))).not.toMatch(/NaN|Infinity|undefined/);
        named += model.projects.length;
      } catch (error) {
        // Only this is fatal, and said so: without a clock there is no reading.
        if (!(error instanceof Error && /uptime cannot be read/.test(error.message))) throw error;
        expect(changes.some(({ path }) => path === 'uptime')).toBe(true);
      } finally {
        for (const { path } of changes) put(path, files.find(([one]) => one === path)?.[1] ?? Buffer.alloc(0));
      }
    }),
    { numRuns: TREES },
  );
  source.close();
  // Most of the trees were still good enough to find the gunicorn in.
  expect(named).toBeGreaterThan(TREES / 2);
});

it('pyvenv.cfg, however broken, is read or not', () => {
  const good = Buffer.from('home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n');
  mkdirSync(join(tree.root, 'venv'), { recursive: true });
  fc.assert(
    fc.property(mutated(good), (bytes) => {
      put('venv/pyvenv.cfg', bytes);
      const found = inspectVirtualenv('/venv', viewOf(tree.root));
      expect(found?.python ?? '3.11').toMatch(/^\d+\.\d+(\.\d+)?$/);
    }),
    { numRuns: TREES },
  );
});

describe('what people write', () => {
  const usage = (attempt: () => unknown) => {
    try {
      return attempt();
    } catch (error) {
      // One line for stderr.
      expect(error).toBeInstanceOf(UsageError);
      return null;
    }
  };

  it('in the configuration file is taken or refused with its line', () => {
    const good = Buffer.from(
      'delay = 2.5\nsort = "cpu"\nmemory = "1.5G"\nread-only = true\nhide = ["trend"]\n[[projects]]\nname = "shop"\ndirectory = "/srv/*"\n',
    );
    fc.assert(
      fc.property(mutated(good), (bytes) => {
        const config = usage(() => parseConfig(bytes.toString(), 'config.toml'));
        expect(isSound(config)).toBe(true);
      }),
      { numRuns: cases(10_000) },
    );
  });

  it('on the command line is taken or refused', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(
        'list',
        'scale',
        '-d',
        '--delay',
        '--delay=',
        '--memory',
        '1.5G',
        '--',
        '-',
        '+1',
        '-1',
        '--json',
        '--sort',
        'mem',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) =>
        isSound({ ...(usage(() => parseCommandLine(words)) ?? {}) }),
      ),
      { numRuns: cases(10_000) },
    );
    const number = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.double().map(String),
      fc.stringMatching(/^[-+.\deE KMGTiB]{1,8}$/),
    );
    fc.assert(
      fc.property(number, (text) => {
        for (const parse of [parseDelay, parseSize]) expect(Number(usage(() => parse(text)) ?? 1)).toBeGreaterThan(0);
        expect(
          Number((usage(() => parseCount(text)) as { number: number } | null)?.number ?? 0),
        ).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: cases(10_000) },
    );
  });
});

it('argv of any kind is recognised as something or nothing, and shown', () => {
  const words = fc.constantFrom(
    ...['gunicorn', '/usr/bin/python3', '-m', '-c', 'celery', 'worker', '-A', '-w', '--workers=3', '-w3', 'manage.py'],
    ...[
      'puma:',
      'puma 6.0 (tcp://0.0.0.0:1) [x]',
      'gunicorn: master [x]',
      'uwsgi',
      '--ini',
      'php-fpm: master process (x)',
    ],
    ...[
      '[celeryd: a@h:MainProcess] -active-',
      'nginx: worker process',
      'unicorn master',
      '--',
      '',
      '\0',
      '=',
      '-',
      '--bind=',
      'constructor',
    ],
  );
  const argv = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 7 });
  fc.assert(
    fc.property(fc.array(argv, { minLength: 1, maxLength: 4 }), (commands) => {
      const processes = commands.map((one, index) =>
        sample({ pid: 100 + index, ppid: index === 0 ? 1 : 100, argv: one, listeners: [] }),
      );
      const model = buildModel(snapshot(processes), null, { memoryTotal: null });
      expect(isSound(model.projects.map(({ memory, cpu }) => ({ memory, cpu })))).toBe(true);
      for (const { facts } of processes) expect(typeof commandOf(facts)).toBe('string');
      for (const { servers } of model.projects) {
        for (const { workers } of servers) expect(isSound({ ...workers.configured, floor: workers.floor })).toBe(true);
      }
    }),
    { numRuns: cases(5000) },
  );
});

it('a recording, however broken, is shown or refused as one', async () => {
  const host = new DemoHost({ seed: 1, now: () => 1_700_000_000_000 });
  const recorded = await host.source.read({ ...hints([]), memoryBudget: 1 });
  const line = Buffer.from(
    new RecordingWriter((facts) => facts).line({ ...recorded, processes: recorded.processes.slice(0, 6) }),
  );
  let shown = 0;
  fc.assert(
    fc.property(mutated(line), (bytes) => {
      let read: Snapshot;
      try {
        read = new RecordingReader().snapshot(bytes.toString());
      } catch (error) {
        expect(String(error)).toMatch(/is not a reading of a recording|refers to facts|SyntaxError/);
        return;
      }
      expect(isSound({ ...read, at: 0 })).toBe(true);
      const model = buildModel(read, null, { memoryTotal: null });
      printedJson(listDocument(model, []));
      listTable(model, []);
      shown += 1;
    }),
    { numRuns: cases(10_000) },
  );
  expect(shown).toBeGreaterThan(0);
});
