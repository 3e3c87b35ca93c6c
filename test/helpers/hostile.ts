import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import * as kernel from './kernel.ts';

/**
 * A real master with two workers that call themselves what they like. Like gunicorn, it adds a worker on TTIN and ends
 * one on TTOU. Perl sets argv and the kernel's name for a process when $0 is assigned, and takes any bytes.
 */
const PROGRAM = `
my ($directory, $master, $worker) = map { pack 'H*', $_ } @ARGV;
chdir $directory or die;
my $self = $$;
my @workers;
sub hatch {
  my $pid = fork // return;
  if ($pid == 0) {
    $SIG{$_} = 'DEFAULT' for qw(TTIN TTOU CHLD);
    $0 = $worker;
    while (getppid == $self) { select undef, undef, undef, 0.1 }
    exit;
  }
  push @workers, $pid;
}
$SIG{CHLD} = sub { 1 while waitpid(-1, 1) > 0 };
$SIG{TTIN} = sub { hatch() };
$SIG{TTOU} = sub { kill 'TERM', shift @workers if @workers };
$SIG{HUP} = sub {};
$0 = $master;
hatch() for 1 .. 2;
sleep 1 while 1;
`;

export interface HostileFamily {
  readonly pid: number;
  stop(): void;
}

/** All that a name can do to a terminal, as bytes; fits into the name of a directory. */
export const EVERYTHING = Buffer.concat([
  Buffer.from('evil\x1b]52;c;ZXZpbA==\x07\x1b[2J\x1b[31m\x1bPq\x1b\\two\nlines\r\tand\x7f{red-fg}tags{bold}%1$s'),
  Buffer.from('\u202egnp\u2066\u200b\ufeff\u0085\u009b31m\u2028\u{e0001}e\u0301'),
  Buffer.from([0x9b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0xc0, 0xaf, 0xed, 0xa0, 0x80]),
]);

/** @param name of the project's directory and within all titles, of which the kernel shows 4 KiB */
export async function startHostile(name: Buffer): Promise<HostileFamily> {
  const folder = mkdtempSync(join(tmpdir(), 'workertop-hostile-'));
  const directory = Buffer.concat([Buffer.from(`${folder}/`), name]);
  mkdirSync(directory);
  writeFileSync(Buffer.concat([directory, Buffer.from('/manage.py')]), '');
  // A title of several lines would be none of gunicorn's.
  const oneLine = Buffer.from(name.toString('latin1').replace(/[\n\r]|\xe2\x80\xa8/g, ' '), 'latin1');
  const title = (what: string) => Buffer.concat([Buffer.from(`gunicorn: ${what} [`), oneLine, Buffer.from(']')]);
  const args = [directory, title('master'), title('worker')].map((bytes) => bytes.toString('hex'));
  const child: ChildProcess = spawn('perl', ['-e', PROGRAM, ...args], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  await eventually('the hostile workers', () => kernel.children(pid).length === 2);
  await eventually('their titles', () =>
    kernel.children(pid).every((one) => kernel.commandLine(one).startsWith('gun')),
  );
  return {
    pid,
    stop: () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}
