import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawn, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { type HostileFamily, startHostile } from '../helpers/hostile.ts';
import * as kernel from '../helpers/kernel.ts';
import { AS_NOBODY, inNamespace, requireRoot } from '../helpers/namespace.ts';
import { openPty } from '../helpers/pty.ts';
import { list, workertop, workertopCommand } from '../helpers/workertop.ts';

/** Of a big host; the number is lower in CI. */
const PROCESSES = Number(process.env['WORKERTOP_PROCESSES'] ?? 1500);
/** Seconds that a fork storm lasts. */
const STORM = Number(process.env['WORKERTOP_STORM'] ?? 5);

let family: HostileFamily;

beforeAll(async () => {
  requireRoot();
  family = await startHostile(Buffer.from('shop'));
});
afterAll(() => family?.stop());

const [node, cli] = workertopCommand();
const W = `${node} ${cli}`;

/** The dashboard as a shell starts it, on a server of its own; quits it. @returns what was drawn while `+` and `-` were done */
async function dashboardBy(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { pid, stop } = await startHostile(Buffer.from('shop'));
  const pty = openPty('sh', ['-c', `${command} --filter ${pid} --delay 0.2`], { cols: 100, rows: 30, env });
  try {
    await drawn(pty);
    await select(pty, new RegExp(`\\b${pid}\\b`));
    pty.press('+');
    // The first change of a session is asked about.
    await pty.waitFor(/Add a worker/);
    pty.press('y');
    await pty.waitFor(/done: .*2 .* 3 workers/);
    pty.press('-');
    await pty.waitFor(/done: .*3 .* 2 workers/);
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
    return pty.raw();
  } finally {
    await pty.close();
    stop();
  }
}

describe.concurrent('a dashboard', () => {
  it.each([64, 128])('with no more than %i descriptors', async (limit) => {
    await dashboardBy(`ulimit -n ${limit}; exec ${W}`);
  });

  it('without a home', async () => {
    await dashboardBy(`unset HOME XDG_STATE_HOME XDG_CONFIG_HOME; exec ${W}`);
  });

  it.each(['HOME=/proc', 'HOME=/dev/null', 'HOME=', 'XDG_STATE_HOME=/proc/1 XDG_CONFIG_HOME=/proc/1'])(
    'with %s, where nothing can be written',
    async (variables) => {
      await dashboardBy(`exec env ${variables} ${W}`);
    },
  );

  it.each(['C', 'de_DE.ISO-8859-1', ''])('in the locale %j sends ASCII alone', async (LANG) => {
    expect(await dashboardBy(`exec ${W}`, { LANG })).toMatch(/^[\0-\x7f]*$/);
  });

  it('while the clock is set forth and back', async () => {
    // Before workertop is loaded, its clock is made to jump by hours with each look.
    const clock = new URL('../pty/jumping-clock.cjs', import.meta.url).pathname;
    const raw = await dashboardBy(`exec ${W}`, { NODE_OPTIONS: `--require=${clock}` });
    expect(raw).not.toMatch(/NaN|Infinity|Invalid|undefined|-\d+(?:s|m|h|d)\b/);
  });
});

it('workertop lists and scales on a read-only file system', async () => {
  const script = `mount -o bind / /mnt && mount -o remount,ro,bind /mnt && mount -t proc proc /mnt/proc &&
    exec chroot /mnt sh -c "cd / && HOME=/root exec $W scale ${family.pid} 2"`;
  expect(await inNamespace('--mount --propagation private', script)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 workers already'),
  });
});

it('a home that is not to be written is no hindrance to a user without rights', async () => {
  const home = mkdtempSync(join(tmpdir(), 'workertop-home-'));
  chmodSync(home, 0o555);
  const { code, stderr } = await inNamespace('--mount', `HOME=${home} exec ${AS_NOBODY} $W list`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  rmSync(home, { recursive: true });
});

/** A program that starts so many processes, and ends with its stdin. */
function crowd(program: string): { readonly pid: number; stop(): Promise<void> } {
  const child = spawn('perl', ['-e', program], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid: child.pid ?? 0,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

it('workertop goes on in a fork storm, finds the server, and scales it', async () => {
  const storm = crowd(
    '$SIG{CHLD} = "IGNORE"; my $bits = ""; vec($bits, 0, 1) = 1; ' +
      'while (!select(my $ready = $bits, undef, undef, 0)) { for (1 .. 20) { fork or exec "true" } }',
  );
  const deadline = performance.now() + STORM * 1000;
  do {
    const listing = await list();
    const pids = listing.projects.flatMap(({ servers }) => servers.flatMap(({ processes }) => processes));
    expect(pids.map(({ pid }) => pid)).toContain(family.pid);
  } while (performance.now() < deadline);
  for (const change of ['+2', '-2']) {
    const { code, stdout, stderr } = await workertop('scale', `${family.pid}`, change);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(change === '+2' ? /2 → 4 workers/ : /4 → 2 workers/);
  }
  await storm.stop();
  expect(kernel.children(family.pid)).toHaveLength(2);
});

it(`on a host of ${PROCESSES} processes lists all, and the dashboard answers`, async () => {
  const host = crowd(
    // A fork that fails gives undef, which kill(2) would take for 0: its whole process group.
    `my @all; for (1 .. ${PROCESSES}) { my $pid = fork // last; if ($pid == 0) { sleep 600; exit } push @all, $pid } ` +
      '<STDIN>; kill "KILL", grep { $_ > 1 } @all',
  );
  await eventually('the crowd', () => kernel.pids().length > PROCESSES, 60);
  const { coverage } = await list();
  expect(coverage.processes).toBeGreaterThan(PROCESSES);
  await dashboardBy(`exec ${W}`);
  await host.stop();
});
