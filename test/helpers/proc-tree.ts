import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TreeProcess {
  readonly comm?: string;
  readonly state?: string;
  readonly ppid?: number;
  readonly flags?: number;
  readonly startTicks?: number;
  /** Pages. */
  readonly rss?: number;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly exe?: string;
  readonly uid?: number;
  readonly caught?: string;
  readonly environ?: Readonly<Record<string, string>>;
  readonly cgroup?: string;
  readonly maps?: string;
  /** KiB: of smaps_rollup; null for a kernel that has none. */
  readonly memory?: { readonly rss: number; readonly pss: number; readonly uss: number; readonly swap?: number } | null;
  /** KiB of each mapping, in smaps. */
  readonly smaps?: readonly { readonly rss: number; readonly pss: number; readonly uss: number }[];
  /** Inodes of its sockets. */
  readonly sockets?: readonly number[];
  readonly tcp?: string;
}

export interface ProcTree {
  readonly root: string;
  add(pid: number, process?: TreeProcess): void;
  remove(pid: number): void;
  write(path: string, text: string): void;
  /** Deletes all of it. */
  close(): void;
}

const MEMINFO =
  'MemTotal: 2097152 kB\nMemFree: 524288 kB\nMemAvailable: 1048576 kB\nBuffers: 1024 kB\nCached: 400000 kB\nShmem: 1000 kB\nSReclaimable: 2000 kB\nSwapTotal: 1048576 kB\nSwapFree: 1000000 kB\n';

/** A proc tree in a temporary folder, as the kernel would lay it out (proc(5)). */
export function makeProcTree(): ProcTree {
  const root = mkdtempSync(join(tmpdir(), 'workertop-proc-'));
  const write = (path: string, text: string) => {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };
  write('uptime', '1000.00 1800.00\n');
  write('meminfo', MEMINFO);
  write('loadavg', '0.10 0.20 0.30 1/100 4242\n');
  write('stat', 'cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\n');
  write('vmstat', 'pswpin 10\npswpout 20\noom_kill 1\n');
  write('sys/kernel/hostname', 'made\n');
  write('sys/kernel/osrelease', '6.1.0\n');
  return {
    root,
    write,
    add: (pid, process = {}) => addProcess(root, write, pid, process),
    remove: (pid) => rmSync(join(root, String(pid)), { recursive: true }),
    close: () => rmSync(root, { recursive: true }),
  };
}

export function statLine(pid: number, process: TreeProcess = {}): string {
  const { comm = 'program', state = 'S', ppid = 1, flags = 0, startTicks = pid * 10, rss = 100 } = process;
  return `${pid} (${comm}) ${state} ${ppid} ${pid} ${pid} 0 -1 ${flags} 0 0 0 0 7 3 0 0 20 0 1 0 ${startTicks} 1000000 ${rss} 18446744073709551615 1 1\n`;
}

function smaps({ rss, pss, uss, swap = 0 }: { rss: number; pss: number; uss: number; swap?: number }): string {
  return `00400000-7ffd0000 ---p 00000000 00:00 0 [rollup]\nRss: ${rss} kB\nPss: ${pss} kB\nPss_Anon: ${uss} kB\nPss_File: ${pss - uss} kB\nPss_Shmem: 0 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: ${uss} kB\nSwap: ${swap} kB\nSwapPss: ${swap} kB\n`;
}

function addProcess(root: string, write: ProcTree['write'], pid: number, process: TreeProcess): void {
  const { argv = ['program'], uid = 1000, caught = '0', environ = {}, cgroup = '0::/\n' } = process;
  const { memory = { rss: 400, pss: 300, uss: 200 }, rss = 100 } = process;
  const folder = join(root, String(pid));
  rmSync(folder, { recursive: true, force: true });
  write(`${pid}/stat`, statLine(pid, process));
  write(`${pid}/statm`, `1000 ${rss} 40 1 0 1 0\n`);
  write(
    `${pid}/status`,
    `Name:\tx\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nGid:\t${uid}\t${uid}\t${uid}\t${uid}\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\nSigCgt:\t${caught.padStart(16, '0')}\n`,
  );
  write(`${pid}/cmdline`, argv.map((arg) => `${arg}\0`).join(''));
  write(
    `${pid}/environ`,
    Object.entries(environ)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  );
  write(`${pid}/cgroup`, cgroup);
  write(`${pid}/maps`, process.maps ?? '');
  if (memory !== null) write(`${pid}/smaps_rollup`, smaps(memory));
  if (process.smaps) write(`${pid}/smaps`, process.smaps.map(smaps).join(''));
  symlinkSync(process.cwd ?? '/', join(folder, 'cwd'));
  symlinkSync(process.exe ?? '/usr/bin/program', join(folder, 'exe'));
  mkdirSync(join(folder, 'fd'));
  for (const inode of process.sockets ?? []) symlinkSync(`socket:[${inode}]`, join(folder, 'fd', String(inode)));
  mkdirSync(join(folder, 'ns'));
  symlinkSync('net:[4026531840]', join(folder, 'ns', 'net'));
  symlinkSync('mnt:[4026531841]', join(folder, 'ns', 'mnt'));
  write(`${pid}/net/tcp`, process.tcp ?? '');
  write(`${pid}/net/tcp6`, '');
  write(`${pid}/net/unix`, '');
}
