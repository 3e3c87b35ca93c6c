import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as kernel from '../helpers/kernel.ts';
import { AS_NOBODY, inNamespace, requireRoot } from '../helpers/namespace.ts';
import { openPty } from '../helpers/pty.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { type Listing, type Result, workertopCommand } from '../helpers/workertop.ts';

let home: Home;
let gunicorn: Gunicorn;
let own: ChildProcess;
/** Where the user without rights keeps the log of actions. */
let state: string;

beforeAll(async () => {
  requireRoot();
  state = mkdtempSync(join(tmpdir(), 'workertop-state-'));
  chownSync(state, 65534, 65534);
  home = await openHome();
  gunicorn = await home.startGunicorn({ project: 'guarded', venv: 'django1_5', workers: 2, ballastMb: 20 });
  own = spawn('sleep', ['600'], { uid: 65534, gid: 65534, stdio: 'ignore' });
});
afterAll(async () => {
  own?.kill('SIGKILL');
  await home?.stop();
  rmSync(state, { recursive: true, force: true });
});

const MOUNTS = '--mount --propagation private';

function listed({ code, stdout, stderr }: Result): Listing & { coverage: { hidden: boolean } } {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Listing & { coverage: { hidden: boolean } };
}

const serverOf = (listing: Listing) =>
  listing.projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === gunicorn.pid);

describe('as a user without rights', () => {
  it('what may be read is exact, the rest is an estimate and marked, and that is told', async () => {
    const listing = listed(await inNamespace(MOUNTS, `exec ${AS_NOBODY} $W list --json`));
    const { processes, exact, hidden } = listing.coverage;
    expect({ some: exact >= 2, all: exact === processes, hidden }).toEqual({ some: true, all: false, hidden: false });
    const server = serverOf(listing);
    expect(server).toMatchObject({ kind: 'gunicorn', queue: null, workers: { current: 2 }, memory: { exact: false } });
    for (const { pid, memory, role } of server?.processes ?? []) {
      expect(memory.exact).toBe(false);
      const real = kernel.memory(pid);
      // Pages that are nobody else's, at least: the ballast of a worker is among them.
      expect(memory.pss ?? 0).toBeGreaterThan(role === 'worker' ? 20e6 : 0);
      expect(memory.pss ?? 0).toBeLessThanOrEqual(real?.rss ?? 0);
    }
    const { stdout } = await inNamespace(MOUNTS, `exec ${AS_NOBODY} $W list`);
    expect(stdout).toMatch(/^\d+ of \d+ processes exact, ~ is an estimate; root reads all\.$/m);
    expect(stdout).toMatch(new RegExp(`gunicorn.* master ${gunicorn.pid}\\b.* ~\\d`));
  });

  it.each(['+1', '-1'])('scale %s is refused in words, and nothing is changed', async (change) => {
    const workers = gunicorn.workers();
    const { code, stdout, stderr } = await inNamespace(
      MOUNTS,
      `export XDG_STATE_HOME=${state}; exec ${AS_NOBODY} $W scale ${gunicorn.pid} ${change}`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^workertop: .*You may not signal ${gunicorn.pid}: it belongs to root. Use sudo[^\\n]*\\n$`),
    );
    expect(gunicorn.workers()).toEqual(workers);
  });

  it('the dashboard says how many figures are exact, and refuses + in words', async () => {
    const [node, cli] = workertopCommand();
    const args = [...AS_NOBODY.split(' ').slice(1), node, cli, '--filter', `${gunicorn.pid}`];
    const pty = openPty('setpriv', args, { cols: 120, rows: 30, env: { HOME: '/nonexistent' } });
    await pty.waitFor(/\d+ of \d+ exact/);
    await pty.waitFor(`master ${gunicorn.pid}`);
    pty.press('down', '+');
    await pty.waitFor('Add a worker to guarded');
    pty.press('y');
    await pty.waitFor(/You may not signal \d+: it belongs to root/);
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
    expect(gunicorn.workers()).toHaveLength(2);
  });
});

describe('where /proc hides others', () => {
  it.each([1, 2])('by hidepid=%i, that is told', async (hidepid) => {
    const mount = `mount -t proc -o hidepid=${hidepid} proc /proc`;
    const listing = listed(await inNamespace(MOUNTS, `${mount} && exec ${AS_NOBODY} $W list --json`));
    expect(listing.coverage.hidden).toBe(true);
    expect(serverOf(listing)).toBeUndefined();
    const { stdout } = await inNamespace(MOUNTS, `${mount} && exec ${AS_NOBODY} $W list`);
    expect(stdout).toContain("Other users' processes are hidden from this user (hidepid); root sees all.");
    const refused = await inNamespace(MOUNTS, `${mount} && exec ${AS_NOBODY} $W scale ${gunicorn.pid} +1`);
    expect(refused).toMatchObject({ code: 1, stderr: `workertop: no process ${gunicorn.pid}\n` });
  });

  it('root sees all as ever', async () => {
    const listing = listed(await inNamespace(MOUNTS, 'mount -t proc -o hidepid=2 proc /proc && exec $W list --json'));
    expect(listing.coverage.hidden).toBe(false);
    expect(serverOf(listing)).toMatchObject({ workers: { current: 2 }, memory: { exact: true } });
  });
});

describe('in a PID namespace', () => {
  it('with its own /proc, there is what is in it', async () => {
    const listing = listed(await inNamespace('--pid --fork --mount-proc', 'sleep 60 & $W list --json; kill $!'));
    expect(serverOf(listing)).toBeUndefined();
    const { hidden, processes } = listing.coverage;
    // The shell, sleep, workertop, and its reader of files, which is counted like any other.
    expect({ hidden, processes }).toEqual({ hidden: false, processes: 4 });
  });

  it("that shows the host's /proc, no pid is signalled: it means another process there", async () => {
    const workers = gunicorn.workers();
    // A process of the namespace gets the very pid that the master has outside.
    const script = `
      echo ${gunicorn.pid - 1} > /proc/sys/kernel/ns_last_pid
      sleep 60 &
      [ $! = ${gunicorn.pid} ] || { echo "no luck: $!" >&2; exit 77; }
      $W scale ${gunicorn.pid} +1 >&2
      code=$?
      kill -0 ${gunicorn.pid} && echo living
      kill -KILL $!
      exit $code`;
    const { code, stdout, stderr } = await inNamespace('--pid --fork', script);
    expect(stderr).toMatch(/^workertop: [^\n]*\/proc shows another PID namespace[^\n]*nothing was sent[^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'living\n' });
    expect(gunicorn.workers()).toEqual(workers);
  });
});

describe("in a container's limit", () => {
  const LIMIT = 300 * 1024 * 1024;
  const v1 = '/sys/fs/cgroup/memory';
  const [root, file] = existsSync(`${v1}/memory.limit_in_bytes`)
    ? [v1, 'memory.limit_in_bytes']
    : ['/sys/fs/cgroup', 'memory.max'];
  const folder = `${root}/workertop-test-${process.pid}`;

  beforeAll(() => {
    mkdirSync(folder);
    writeFileSync(`${folder}/${file}`, String(LIMIT));
  });
  afterAll(() => rmdirSync(folder));

  it('shares are shares of that', async () => {
    const script = `echo $$ > ${folder}/cgroup.procs; exec unshare --pid --fork --mount-proc $W list --json`;
    const { host } = listed(await inNamespace(MOUNTS, script));
    expect(host.memory).toMatchObject({ total: LIMIT, limitedBy: 'cgroup' });
  });
});
