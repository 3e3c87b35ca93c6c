/**
 * Tells how much of used memory has a name on mixed hosts: see docs/memory-hosts.md. Arguments: numbers of hosts; none
 * means all. The rows of other hosts stay as they were measured.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../../src/pause.ts';
import { eventually } from '../../test/helpers/eventually.ts';
import { treeOf } from '../machine.ts';
import { type Scene, scenes } from './scenes.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const document = fileURLToPath(new URL('../../docs/memory-hosts.md', import.meta.url));

/** Readings of each host that count, and most readings of it. */
const READINGS = 5;
const MOST_READINGS = Number(process.env['MOST_READINGS'] ?? 30);

/** Part of used memory that may change while a reading is made: other programs come and go. */
const CALM = 0.005;

/** Part of used memory that is to have a name. */
const LEAST = 0.99;

interface Part {
  readonly kind: string;
  readonly bytes: number;
}

interface Reading {
  readonly host: {
    readonly memory: { readonly total: number; readonly used: number; readonly where: readonly Part[] };
  };
  readonly projects: readonly { readonly name: string }[];
}

interface Result {
  readonly scene: Scene;
  /** Bytes. */
  readonly used: number;
  /** Fractions of used memory that have a name, the smallest first, and how many readings were not calm. */
  readonly named: readonly number[];
  readonly disturbed: number;
  /** Names that its owner would look for and that are not there. */
  readonly missing: readonly string[];
}

/** Used memory as free(1) tells it. Bytes. */
function usedNow(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const of = (name: string) => 1024 * Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1]);
  return of('MemTotal') - of('MemAvailable');
}

function list(): Reading {
  return JSON.parse(execFileSync(process.execPath, [cli, 'list', '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** Waits until all of its projects are there, and then until they have loaded. */
async function settled({ projects, loads }: Scene): Promise<void> {
  for (let tries = 0; tries < 20 && missingIn(list(), projects).length > 0; tries++) await pause(1);
  await pause(loads);
}

function missingIn(reading: Reading | undefined, wanted: readonly string[]): readonly string[] {
  const known = reading?.projects.map(({ name }) => name) ?? [];
  return wanted.filter((name) => !known.includes(name));
}

/** What is counted twice counts as much against it as what is not explained. */
function namedShare({ host: { memory } }: Reading): number {
  const unread = memory.where.reduce((sum, { kind, bytes }) => sum + (kind === 'unread' ? bytes : 0), 0);
  const explained = memory.where.reduce((sum, { kind, bytes }) => sum + (kind === 'unexplained' ? 0 : bytes), 0);
  return 1 - (unread + Math.abs(memory.total - explained)) / memory.used;
}

const prelude = `set -u
as() { local user=$1; shift; setpriv --reuid=$user --regid=$(id -gn $user) --clear-groups "$@"; }
`;

async function measure(scene: Scene, port: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'workertop-hosts-'));
  chmodSync(folder, 0o755);
  const pm2 = fileURLToPath(new URL('../../node_modules/.bin/pm2', import.meta.url));
  // As on a real host, init is the parent of what starts the servers, and not this benchmark.
  execFileSync('setsid', ['--fork', 'bash', '-c', `${prelude}echo $$ >$D/host\n${scene.script}\nwait`], {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, D: folder, PORT: String(port), PM2: pm2 },
  });
  const host = await hostOf(folder);
  try {
    await settled(scene);
    const readings: Reading[] = [];
    let last: Reading | undefined;
    let disturbed = 0;
    while (readings.length < READINGS && readings.length + disturbed < MOST_READINGS) {
      const before = usedNow();
      const reading = list();
      last = reading;
      if (Math.abs(usedNow() - before) > CALM * before) disturbed += 1;
      else readings.push(reading);
      await pause(0.3);
    }
    return {
      scene,
      used: last?.host.memory.used ?? 0,
      named: readings.map(namedShare).sort((a, b) => a - b),
      disturbed,
      missing: missingIn(last, scene.projects),
    };
  } finally {
    const tree = treeOf(host);
    process.kill(host, 'SIGTERM');
    await eventually('the end of the script', () => !existsSync(`/proc/${host}`));
    for (const pid of tree.slice(1)) end(pid);
    await pause(1);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The pid of the script that starts the servers. */
function hostOf(folder: string): Promise<number> {
  const file = join(folder, 'host');
  return eventually('the pid of the script', () => {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    return pid > 0 && pid;
  });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const middle = (values: readonly number[]) => values[Math.floor(values.length / 2)] ?? Number.NaN;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function rowOf({ scene, used, named, missing }: Result): string {
  const projects = `${scene.projects.join(', ')}${missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`}`;
  const megabytes = (used / 1024 ** 2).toFixed(0);
  return `| ${scene.name} | ${projects} | ${megabytes} MB | ${percent(middle(named))} | ${percent(named[0] ?? Number.NaN)} |`;
}

/** @param before the document as it was */
function text(results: readonly Result[], before: string): string {
  const [cpu] = cpus();
  const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${(totalmem() / 1024 ** 3).toFixed(0)} GB, Linux ${release()}, Node ${process.version}`;
  const rows = scenes.flatMap((scene) => {
    const result = results.find((one) => one.scene === scene);
    return result ? [rowOf(result)] : before.split('\n').filter((line) => line.startsWith(`| ${scene.name} |`));
  });
  return `# What of used memory has a name

Made by \`npm run bench:hosts\`, as root. It starts the servers of one host after the other and asks \`workertop list --json\` until there are ${READINGS}
readings during which used memory changed by less than ${percent(CALM)}: the part of it (MemTotal − MemAvailable) that a project, a program, the kernel or another known use has.
The rest is *unexplained*, *not read* or counted twice. Whatever else ran on the machine counts, too.

${machine}.

| host | projects | used | named, median | named, least |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const wanted = process.argv.slice(2).map(Number);
const results: Result[] = [];
for (const [index, scene] of scenes.entries()) {
  if (wanted.length > 0 && !wanted.includes(index + 1)) continue;
  const result = await measure(scene, 24_000 + 20 * index);
  results.push(result);
  const { named, disturbed, missing } = result;
  const failed = missing.length === 0 ? '' : `, missing: ${missing.join(' ')}`;
  process.stdout.write(`${scene.name}: ${named.map(percent).join(' ')}, ${disturbed} disturbed${failed}\n`);
  if (middle(result.named) < LEAST || result.missing.length > 0) process.exitCode = 1;
}
writeFileSync(document, text(results, readFileSync(document, 'utf8')));
