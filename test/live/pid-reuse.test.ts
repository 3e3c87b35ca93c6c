import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drawn, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { openPty } from '../helpers/pty.ts';
import { workertopCommand } from '../helpers/workertop.ts';

let folder: string;

beforeEach(() => {
  requireRoot();
  folder = mkdtempSync(join(tmpdir(), 'workertop-reuse-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * In a PID namespace, where the next pid can be chosen (ns_last_pid of proc_sys_kernel(5)): a process, and once the file
 * `swap` is there, in its place another one of the same pid. When that has ended, `ended` is there.
 */
const SWAPPER = `
my $folder = shift;
sub note { open my $file, '>', "$folder/$_[0]" or die; print $file $_[1] // ''; close $file }
sub start { my $name = shift; my $pid = fork // die; if ($pid == 0) { $0 = $name; $SIG{HUP} = sub {}; sleep 1 while 1 } return $pid }
my $first = start('the-first-process');
note('pid', $first);
select undef, undef, undef, 0.05 until -e "$folder/swap";
kill 'KILL', $first;
waitpid $first, 0;
my $second;
for (1 .. 1000) {
  open my $last, '>', '/proc/sys/kernel/ns_last_pid' or die;
  print $last $first - 1;
  close $last;
  $second = start('the-second-process');
  last if $second == $first;
  kill 'KILL', $second;
  waitpid $second, 0;
}
note('swapped', $second);
waitpid $second, 0;
note('ended');
`;

it.each([
  ['kill', ['end']],
  ['stop', ['end', 'up']],
] as const)('a pid that is reused between look and %s is left alone', async (_, moves) => {
  const [node, cli] = workertopCommand();
  writeFileSync(join(folder, 'swapper.pl'), SWAPPER);
  const script = `perl ${folder}/swapper.pl ${folder} & exec ${node} ${cli} --delay 3600 --filter the-first-process`;
  const args = ['--pid', '--fork', '--mount-proc', 'sh', '-c', script];
  const pty = openPty('unshare', args, { cols: 120, rows: 30, env: { XDG_STATE_HOME: folder } });
  try {
    const read = (name: string) => Number(readFileSync(join(folder, name), 'utf8') || Number.NaN);
    await drawn(pty);
    const pid = await eventually('the first process', () => read('pid') || null);
    pty.press('r', 'end', 'right');
    await select(pty, new RegExp(`\\b${pid} .*the-first-process`));
    pty.press('\x1b[20~');
    await pty.waitFor('┌─ ');
    writeFileSync(join(folder, 'swap'), '');
    await eventually('another process of that pid', () => {
      try {
        return read('swapped') === pid;
      } catch {
        return false;
      }
    });
    pty.press(...moves, 'enter');
    await pty.waitFor(new RegExp(`\\b${pid}\\b.*\\?`));
    expect(pty.text()).toContain('the-first-process');
    pty.press('y');
    await pty.waitFor(`${pid} is another process now: nothing was sent.`);
    pty.press('r');
    await pty.waitFor((lines) => !lines.some((line) => line.includes('the-first-process') && !line.includes('Filter')));
    expect(existsSync(join(folder, 'ended'))).toBe(false);
    const log = join(folder, 'workertop', 'actions.log');
    await eventually('the log', () => existsSync(log) && readFileSync(log, 'utf8').includes('another process now'));
  } finally {
    await pty.close();
  }
});
