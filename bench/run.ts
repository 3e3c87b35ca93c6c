/**
 * What workertop costs beside htop, btop and glances, in one run on one machine. Ratios are the result. It needs a
 * machine on which nothing else runs, and some minutes for each part:
 *
 *     npm run bench -- [--quick] [PART …]
 *
 * Without parts all of them run. Each run renews its parts of `results.json`, of which `results.md` is made.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StatTable } from '../src/source/proc/stat-table.ts';
import { growth } from './growth.ts';
import { keyLatencies } from './keys.ts';
import { compile, crowd, describeMachine, processCount } from './machine.ts';
import { type Figures, measure, monitors } from './monitors.ts';
import { onServerOverSsh } from './over-ssh.ts';
import { mb, ms, type Part, quantile, Report, ratio } from './report.ts';
import { stalledCosts } from './stalled.ts';
import { besideStory } from './story.ts';
import { watchedLatencies } from './watched.ts';

const quick = process.argv.includes('--quick');
const seconds = quick ? 12 : 20;
const readings = quick ? 3000 : 10_000;

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
function compared(report: Report, title: string, found: ReadonlyMap<string, Figures>) {
  report.say(
    `**${title}**, ${new Date().toISOString().slice(0, 10)}`,
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
function onTheStory(report: Report): void {
  const { processes, monitors: measured } = besideStory(seconds);
  const { own, htop } = compared(report, `The story's own server, ${processes} processes`, new Map(measured));
  report.say('');
  report.budget("CPU per refresh, the story's server", own.cpu / htop.cpu, 1, "htop's");
  report.budget('bytes per idle refresh there', own.written / htop.written, 1, "htop's");
  report.budget('start to first frame there', own.firstFrame / 0.15, 1, '150 ms');
}

async function besideOthers(report: Report, size: number): Promise<void> {
  const others = await crowd(crowdProgram, size);
  const processes = processCount();
  const found = new Map<string, Figures>();
  for (const monitor of monitors) found.set(monitor.name, await measure(monitor, seconds));
  const { own, htop, btop, glances } = compared(report, `${processes} processes`, found);
  const { c, ours } = scanTimes();
  report.say('', `The scan of \`stat\` alone: ${ms(ours)}, a C loop of pread ${ms(c)}: ${ratio(ours / c)}.`, '');
  if (size === 100) {
    report.budget('CPU per refresh, 100 processes', own.cpu / htop.cpu, 1, "htop's");
    report.budget('memory (PSS)', own.pss / glances.pss, 0.8, "glances'");
    report.budget('start to first frame, 100 processes', own.firstFrame / 0.15, 1, '150 ms');
    report.budget('the same', own.firstFrame / glances.firstFrame, 0.35, "glances'");
  }
  if (size === 1100) {
    report.budget('CPU per refresh, 1,100 processes', own.cpu / htop.cpu, 0.5, "htop's");
    report.budget('the same', own.cpu / btop.cpu, 1, "btop's");
    report.budget('start to first frame, 1,100 processes', own.firstFrame / 0.3, 1, '300 ms');
    report.budget('the stat scan', ours / c, 1.3, 'a C loop');
    report.budget('bytes per idle refresh', own.written / htop.written, 1, "htop's");
    const latencies = await keyLatencies();
    const p99 = quantile(latencies, 0.99);
    report.say(`From a key to the repaint: p50 ${ms(quantile(latencies, 0.5))}, p99 ${ms(p99)}.`, '');
    report.budget('key to repaint, p99', p99 / 0.05, 1, '50 ms');
  }
  report.cost = { processes, cpu: own.cpu };
  await others.end();
}

/** What is asked of a terminal that takes nothing. */
async function whileStalled(report: Report): Promise<void> {
  const { read, stalled, grown } = await stalledCosts(quick ? 6 : 10);
  report.say(
    `While its terminal is not read a reading costs ${ratio(stalled / read)} of what it costs otherwise, and memory grew by ${mb(grown)}.`,
    '',
  );
}

async function whileWatched(report: Report): Promise<void> {
  const { without, watched } = await watchedLatencies();
  const [p50, p99] = [0.5, 0.99].map((share) => [quantile(without, share), quantile(watched, share)] as const);
  if (p50 && p99) {
    report.say(
      'A gunicorn under load whose workers hold 150 MB each, without and with a workertop that reads it every second: ' +
        `p50 ${ms(p50[0])} and ${ms(p50[1])}, p99 ${ms(p99[0])} and ${ms(p99[1])} (${ratio(p99[1] / p99[0])}).`,
      '',
    );
  }
}

async function overManyReadings(report: Report): Promise<void> {
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
}

const parts: Readonly<Record<string, (report: Report) => Promise<void> | void>> = {
  story: onTheStory,
  'processes-100': (report) => besideOthers(report, 100),
  'processes-1100': (report) => besideOthers(report, 1100),
  'processes-5000': (report) => besideOthers(report, 5000),
  ssh: (report) => onServerOverSsh(report, crowdProgram, [0, 1100], seconds),
  stalled: whileStalled,
  watched: whileWatched,
  growth: overManyReadings,
};

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const kept: Record<string, Part> = existsSync(file('results.json'))
  ? (JSON.parse(readFileSync(file('results.json'), 'utf8')) as Record<string, Part>)
  : {};
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
for (const [name, run] of Object.entries(parts)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const report = new Report();
  await run(report);
  kept[name] = report.part;
  if (!quick) writeFileSync(file('results.json'), `${JSON.stringify(kept, null, 1)}\n`);
}

const all = Object.keys(parts).flatMap((name) => kept[name] ?? []);
const result = new Report();
result.say(
  `Measured on ${describeMachine()}; a terminal of 120 × 40 in tmux, a reading every 2 seconds, all default columns.`,
  '',
);
for (const { lines } of all) result.say(...lines, ...(lines.at(-1) === '' ? [] : ['']));
const costs = all.flatMap(({ cost }) => cost ?? []);
const [first, last] = [costs[0], costs.at(-1)];
if (first && last && last.processes > first.processes) {
  const slope = (last.cpu - first.cpu) / (last.processes - first.processes);
  result.say(`Each further process costs ${(slope * 1e6).toFixed(1)} µs of CPU per refresh.`, '');
}
result.budgets(all.flatMap(({ budgets }) => budgets));
if (!quick) writeFileSync(file('results.md'), result.text);
