/**
 * What workertop costs beside htop, btop and glances, in one run on one machine: `npm run bench`, and `npm run bench -- --quick`.
 * Ratios are the result. It takes some minutes, and wants a machine on which nothing else happens.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StatTable } from '../src/source/proc/stat-table.ts';
import { keyLatencies } from './keys.ts';
import { compile, crowd, describeMachine } from './machine.ts';
import { type Figures, measure, monitors } from './monitors.ts';

const quick = process.argv.includes('--quick');
const sizes = quick ? [100, 1100] : [100, 1100, 5000];
const seconds = quick ? 12 : 16;
const MB = 1024 * 1024;

const lines: string[] = [];
function say(line: string): void {
  lines.push(line);
  process.stdout.write(`${line}\n`);
}

/** Seconds that one scan takes; in C, and ours. */
function scanTimes(program: string): { readonly c: number; readonly ours: number } {
  const rounds = 60;
  const c = Number(execFileSync(program, [String(rounds)], { encoding: 'utf8' }).split(' ')[1]);
  const table = new StatTable('/proc', 60_000);
  for (let round = 0; round < 10; round++) table.scan(() => {});
  const start = performance.now();
  for (let round = 0; round < rounds; round++) table.scan(() => {});
  const ours = (performance.now() - start) / 1000 / rounds;
  table.close();
  return { c, ours };
}

const ms = (value: number) => `${(value * 1000).toFixed(1)} ms`;
const mb = (value: number) => `${(value / MB).toFixed(0)} MB`;
const ratio = (value: number) => `${value.toFixed(2)}×`;
const budgets: string[] = [];

function budget(what: string, value: number, most: number, of: string): void {
  budgets.push(`| ${what} | ${ratio(value)} ${of} | ≤ ${ratio(most)} | ${value <= most ? 'met' : '**missed**'} |`);
}

const crowdProgram = compile('crowd');
const scanProgram = compile('scan');
const costs: { readonly processes: number; readonly cpu: number }[] = [];

say(
  `Measured on ${describeMachine()}; a terminal of 120 × 40 in tmux, a reading every 2 seconds, all default columns.`,
);
say('');
for (const size of sizes) {
  const others = await crowd(crowdProgram, size);
  const found = new Map<string, Figures>();
  for (const monitor of monitors) found.set(monitor.name, await measure(monitor, seconds));
  say(`**${others.processes} processes**`);
  say('');
  say('| | CPU per refresh | PSS | RSS | first frame | bytes per refresh |');
  say('| --- | --- | --- | --- | --- | --- |');
  for (const [name, { cpu, pss, rss, firstFrame, written }] of found) {
    say(`| ${name} | ${ms(cpu)} | ${mb(pss)} | ${mb(rss)} | ${ms(firstFrame)} | ${written.toFixed(0)} |`);
  }
  const own = found.get('workertop');
  for (const [name, figures] of found) {
    if (name === 'workertop' || own === undefined) continue;
    const parts = [
      own.cpu / figures.cpu,
      own.pss / figures.pss,
      own.rss / figures.rss,
      own.firstFrame / figures.firstFrame,
    ];
    say(`| *workertop ÷ ${name}* | ${parts.map(ratio).join(' | ')} | ${ratio(own.written / figures.written)} |`);
  }
  const { c, ours } = scanTimes(scanProgram);
  say('');
  say(`The scan of \`stat\` alone: ${ms(ours)}, a C loop of pread ${ms(c)}: ${ratio(ours / c)}.`);
  say('');
  const [htop, btop, glances] = ['htop', 'btop', 'glances'].map((name) => found.get(name));
  if (own && htop && btop && glances) {
    costs.push({ processes: others.processes, cpu: own.cpu });
    if (size === 100) budget('CPU per refresh, 100 processes', own.cpu / htop.cpu, 1, "htop's");
    if (size === 1100) {
      budget('CPU per refresh, 1,100 processes', own.cpu / htop.cpu, 0.5, "htop's");
      budget('the same', own.cpu / btop.cpu, 1, "btop's");
      budget('the stat scan', ours / c, 1.3, 'a C loop');
      budget('memory (PSS)', own.pss / glances.pss, 0.8, "glances'");
      budget('start to first frame', own.firstFrame / glances.firstFrame, 0.35, "glances'");
      budget('start to first frame', own.firstFrame / 0.3, 1, '300 ms');
      budget('bytes per idle refresh', own.written / htop.written, 1, "htop's");
      const latencies = await keyLatencies();
      const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
      say(`Key to repaint: p50 ${ms(latencies[Math.floor(latencies.length / 2)] ?? 0)}, p99 ${ms(p99)}.`);
      say('');
      budget('key to repaint, p99', p99 / 0.05, 1, '50 ms');
    }
  }
  await others.end();
}
const [first, last] = [costs[0], costs.at(-1)];
if (first && last && last.processes > first.processes) {
  const slope = (last.cpu - first.cpu) / (last.processes - first.processes);
  say(`Each further process costs ${(slope * 1e6).toFixed(1)} µs of CPU per refresh.`);
  say('');
}
say('| budget | measured | allowed | |');
say('| --- | --- | --- | --- |');
for (const line of budgets) say(line);
if (!quick) writeFileSync(fileURLToPath(new URL('results.md', import.meta.url)), `${lines.join('\n')}\n`);
