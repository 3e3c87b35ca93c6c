import { readFileSync } from 'node:fs';
import { openPty } from '../test/helpers/pty.ts';
import { type Sshd, startSshd } from '../test/helpers/sshd.ts';
import { cpuOf, crowd, ownMemory, pause, processCount, treeOf } from './machine.ts';
import { btopHome, workertop } from './monitors.ts';
import { ms, type Report } from './report.ts';

/** Seconds. */
const DELAY = 2;
const WARM_UP = 14;
/** Of workertop: until it has read the memory of all processes, some at each reading. */
const WARM_UP_OURS = 45;
/** Times that memory is looked at. */
const SAMPLES = 7;

const overSsh = (command: string) => ['ssh', '-t', 'any', `TERM=xterm-256color LANG=C.UTF-8 exec ${command}`] as const;

const monitors: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'workertop --host', command: [...workertop, '--host', 'dash', '-d', String(DELAY)] },
  { name: 'htop', command: overSsh(`htop -d ${DELAY * 10}`) },
  { name: 'btop', command: overSsh(`env XDG_CONFIG_HOME=${btopHome()} btop --utf-force`) },
  { name: 'top', command: overSsh(`top -d ${DELAY}`) },
];

const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

interface Cost {
  /** Seconds on CPU of what runs in the session, and of sshd. */
  readonly program: number;
  readonly sshd: number;
  /** Bytes in both directions, encrypted. */
  readonly bytes: number;
}

interface Memory {
  /** Bytes of PSS. */
  readonly program: number;
  readonly sshd: number;
}

const isSshd = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sshd\n';

/** Of the processes of all sessions. sshd's own first process is there without any. */
function memoryNow(server: Sshd): Memory {
  const memory = { program: 0, sshd: 0 };
  for (const pid of treeOf(server.pid).filter((one) => one !== server.pid)) {
    try {
      memory[isSshd(pid) ? 'sshd' : 'program'] += ownMemory(pid).pss;
    } catch {
      // It has just ended.
    }
  }
  return memory;
}

function costSoFar(server: Sshd): Cost {
  const sessions = treeOf(server.pid).filter(isSshd);
  const all = cpuOf(server.pid);
  const sshd = sessions.reduce((sum, pid) => sum + ownCpu(pid), 0);
  return {
    program: all - sshd,
    sshd,
    bytes: Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${server.line()}/io`, 'utf8'))?.[1]),
  };
}

/** Seconds on CPU of one process, without its children. */
function ownCpu(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

/** What one monitor costs on the server for each refresh. @param seconds over which it is watched */
async function measure(
  server: Sshd,
  command: readonly [string, ...string[]],
  seconds: number,
): Promise<Cost & { readonly memory: Memory }> {
  const [program, ...args] = command;
  const pty = openPty(program, args, { cols: 120, rows: 40 });
  await pause(program === workertop[0] ? WARM_UP_OURS : WARM_UP);
  const before = costSoFar(server);
  const samples: Memory[] = [];
  for (let part = 0; part < SAMPLES; part++) {
    await pause(seconds / SAMPLES);
    samples.push(memoryNow(server));
  }
  const after = costSoFar(server);
  await pty.close();
  const median = (key: keyof Memory) => samples.map((sample) => sample[key]).sort((a, b) => a - b)[SAMPLES >> 1] ?? 0;
  const refreshes = seconds / DELAY;
  const each = (key: keyof Cost) => (after[key] - before[key]) / refreshes;
  const memory = { program: median('program'), sshd: median('sshd') };
  return { program: each('program'), sshd: each('sshd'), bytes: each('bytes'), memory };
}

/**
 * Tells what monitors cost on a server that is watched over ssh, at its own number of processes and in crowds.
 * @param sizes numbers of processes
 * @param seconds over which each is watched
 */
export async function onServerOverSsh(
  report: Report,
  crowdProgram: string,
  sizes: readonly number[],
  seconds: number,
): Promise<void> {
  const server = await startSshd();
  const path = process.env['PATH'];
  process.env['PATH'] = `${server.path}:${path}`;
  try {
    for (const size of sizes) {
      const others = await crowd(crowdProgram, size);
      report.say(
        `**On the server, over ssh, ${processCount()} processes**`,
        '',
        '| | CPU of the program per refresh | CPU of sshd | bytes on the wire | PSS of the program | PSS of sshd |',
        '| --- | --- | --- | --- | --- | --- |',
      );
      for (const { name, command } of monitors) {
        const { program, sshd, bytes, memory } = await measure(server, command, seconds);
        const cost = `${ms(program)} | ${ms(sshd)} | ${bytes.toFixed(0)}`;
        report.say(`| ${name} | ${cost} | ${mb(memory.program)} | ${mb(memory.sshd)} |`);
      }
      report.say('');
      await others.end();
    }
  } finally {
    process.env['PATH'] = path;
    await server.stop();
  }
}
