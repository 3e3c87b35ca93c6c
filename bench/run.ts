/**
 * What workertop costs beside htop, btop and glances, in one run on one machine. Run by `npm run bench`, or
 * `npm run bench -- --quick`. Ratios are the result. It takes some minutes, and needs a machine on which nothing else
 * runs.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StatTable } from '../src/source/proc/stat-table.ts';
import { growth } from './growth.ts';
import { keyLatencies } from './keys.ts';
import { compile, crowd, describeMachine, processCount } from './machine.ts';
import { type Figures, measure, monitors } from './monitors.ts';
import { onServerOverSsh } from './over-ssh.ts';
import { mb, ms, quantile, Report, ratio } from './report.ts';
import { stalledCosts } from './stalled.ts';
import { besideStory } from './story.ts';
import { watchedLatencies } from './watched.ts';

const quick = process.argv.includes('--quick');
const sizes = quick ? [100, 1100] : [100, 1100, 5000];
const seconds = quick ? 12 : 20;
const readings = quick ? 3000 : 10_000;

const report = new Report();
const crowdProgram = compile('crowd');
const scanProgram = compile('scan');
const churnProgram = compile('churn');

/** Seconds that one scan takes, the least of some rounds; in C, and ours. */
function scanTimes(): { readonly c: number; readonly ours: number } {
  const scans = 30;
  const rounds = 12;
  const table = new StatTable('/proc', 60_000);
  for (let scan = 0; scan < 2 * scans; scan++) table.scan(() => {});
  let c = Number.POSITIVE_INFINITY;
  let ours = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    c = Math.min(c, Number(execFileSync(scanProgram, [String(scans)], { encoding: 'utf8' }).split(' ')[1]));
    const start = performance.now();
    for (let scan = 0; scan < scans; scan++) table.scan(() => {});
    ours = Math.min(ours, (performance.now() - start) / 1000 / scans);
  }
  table.close();
  return { c, ours };
}

/** Tells what each monitor costs, and how workertop compares. */
function compared(title: string, found: ReadonlyMap<string, Figures>) {
  report.say(
    `**${title}**`,
    '',
    '| | CPU per refresh | PSS | RSS | first frame | bytes per refresh |',
    '| --- | --- | --- | --- | --- | --- |',
  );
  for (const [name, { cpu, pss, rss, firstFrame, written }] of found) {
    report.say(`| ${name} | ${ms(cpu)} | ${mb(pss)} | ${mb(rss)} | ${ms(firstFrame)} | ${written.toFixed(0)} |`);
  }
  const [own, htop, btop, glances] = ['workertop', 'htop', 'btop', 'glances'].map((name) => found.get(name));
  if (!own || !htop || !btop || !glances) throw new Error('a monitor was not measured');
  for (const [name, figures] of found) {
    if (figures === own) continue;
    const parts = (['cpu', 'pss', 'rss', 'firstFrame', 'written'] as const).map((key) =>
      ratio(own[key] / figures[key]),
    );
    report.say(`| *workertop ÷ ${name}* | ${parts.join(' | ')} |`);
  }
  return { own, htop, btop, glances };
}

/** The machine that workertop is made for. */
function onTheStory(): void {
  const { processes, monitors: measured } = besideStory(seconds);
  const { own, htop } = compared(`The story's own server, ${processes} processes`, new Map(measured));
  report.say('');
  report.budget("CPU per refresh, the story's server", own.cpu / htop.cpu, 1, "htop's");
  report.budget('bytes per idle refresh there', own.written / htop.written, 1, "htop's");
  report.budget('start to first frame there', own.firstFrame / 0.15, 1, '150 ms');
}

/** @returns seconds on CPU of a refresh of workertop's */
async function besideOthers(size: number): Promise<{ readonly processes: number; readonly cpu: number }> {
  const others = await crowd(crowdProgram, size);
  const processes = processCount();
  const found = new Map<string, Figures>();
  for (const monitor of monitors) found.set(monitor.name, await measure(monitor, seconds));
  const { own, htop, btop, glances } = compared(`${processes} processes`, found);
  const { c, ours } = scanTimes();
  report.say('', `The scan of \`stat\` alone: ${ms(ours)}, a C loop of pread ${ms(c)}: ${ratio(ours / c)}.`, '');
  if (size === 100) {
    report.budget('CPU per refresh, 100 processes', own.cpu / htop.cpu, 1, "htop's");
    report.budget('memory (PSS)', own.pss / glances.pss, 0.8, "glances'");
    report.budget('start to first frame', own.firstFrame / 0.3, 1, '300 ms');
    report.budget('the same', own.firstFrame / glances.firstFrame, 0.35, "glances'");
  }
  if (size === 1100) {
    report.budget('CPU per refresh, 1,100 processes', own.cpu / htop.cpu, 0.5, "htop's");
    report.budget('the same', own.cpu / btop.cpu, 1, "btop's");
    report.budget('the stat scan', ours / c, 1.3, 'a C loop');
    report.budget('bytes per idle refresh', own.written / htop.written, 1, "htop's");
    const latencies = await keyLatencies();
    const p99 = quantile(latencies, 0.99);
    report.say(`From a key to the repaint: p50 ${ms(quantile(latencies, 0.5))}, p99 ${ms(p99)}.`, '');
    report.budget('key to repaint, p99', p99 / 0.05, 1, '50 ms');
  }
  await others.end();
  return { processes, cpu: own.cpu };
}

report.say(
  `Measured on ${describeMachine()}; a terminal of 120 × 40 in tmux, a reading every 2 seconds, all default columns.`,
  '',
);
onTheStory();
const costs = [];
for (const size of sizes) costs.push(await besideOthers(size));
const [first, last] = [costs[0], costs.at(-1)];
if (first && last && last.processes > first.processes) {
  const slope = (last.cpu - first.cpu) / (last.processes - first.processes);
  report.say(`Each further process costs ${(slope * 1e6).toFixed(1)} µs of CPU per refresh.`, '');
}

await onServerOverSsh(report, crowdProgram, [0, 1100], seconds);

const { read, stalled, grown } = await stalledCosts(quick ? 6 : 10);
report.say(
  `While its terminal is not read a reading costs ${ratio(stalled / read)} of what it costs otherwise, and memory grew by ${mb(grown)}.`,
  '',
);

const { without, watched } = await watchedLatencies();
const [p50, p99] = [0.5, 0.99].map((share) => [quantile(without, share), quantile(watched, share)] as const);
if (p50 && p99) {
  report.say(
    'A gunicorn under load whose workers hold 150 MB each, without and with a workertop that reads it every second: ' +
      `p50 ${ms(p50[0])} and ${ms(p50[1])}, p99 ${ms(p99[0])} and ${ms(p99[1])} (${ratio(p99[1] / p99[0])}).`,
    '',
  );
}

const { early, late, perReading } = await growth(churnProgram, readings);
report.say(
  `Heap over ${readings} readings while processes and projects come and go: ${(early / 1e6).toFixed(2)} MB once history is full, ` +
    `${(late / 1e6).toFixed(2)} MB at the end; ${perReading === null ? 'a robust fit finds no growth' : `${perReading.toFixed(0)} bytes per reading`}.`,
  '',
);
report.verdict(
  'memory growth',
  perReading === null ? 'none' : `${perReading.toFixed(0)} bytes per reading`,
  'none that a fit finds',
  perReading === null,
);
report.budgets();
if (!quick) writeFileSync(fileURLToPath(new URL('results.md', import.meta.url)), report.text);
