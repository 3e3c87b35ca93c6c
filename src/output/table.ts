import { type Advice, projectOf } from '../model/advice/advice.ts';
import { History } from '../model/history/history.ts';
import { sumMemory } from '../model/memory.ts';
import {
  type Memory,
  type Model,
  ownHead,
  type ProcessNode,
  type Project,
  type Server,
  type SystemGroup,
} from '../model/model.ts';
import { sumKnown } from '../model/rates.ts';
import { type RowSubject, rowFigures } from '../model/row-figures.ts';
import { fitText } from '../model/scaling/price.ts';
import { toAscii } from '../text/ascii.ts';
import { bytes, percent, plural } from '../text/figures.ts';
import { clean } from '../text/sanitize.ts';
import { wrap } from '../text/width.ts';
import { ageText, type RowTexts, rowTexts, shareText, UNKNOWN } from '../view/format.ts';
import { type TextColumn, tabular } from './columns.ts';
import { inUseLines } from './in-use.ts';
import { largestOf } from './system.ts';
import { whereLines } from './where.ts';

/** A virtualenv has the name that a process gives it, which may be long. */
const MOST_VIRTUALENV = 32;

const columns: readonly TextColumn[] = [
  { title: 'PROJECT / PROCESS', align: 'left', goes: null },
  { title: 'VIRTUALENV', align: 'left', goes: 2, most: MOST_VIRTUALENV },
  { title: 'WORKERS', align: 'right', goes: 5 },
  { title: 'MEM', align: 'right', goes: null },
  { title: 'FILES', align: 'right', goes: 1 },
  { title: 'SHARE', align: 'right', goes: 4 },
  { title: 'FREES', align: 'right', goes: null },
  { title: 'CPU%', align: 'right', goes: 3 },
  { title: 'QUEUE', align: 'right', goes: 6 },
];

/** Name, virtualenv, workers; MEM, FILES, SHARE and FREES; CPU% and QUEUE. */
type Cells = readonly [string, string, string, ...MemoryCells, string, string];
type MemoryCells = readonly [string, string, string, string];

/** FILES is filled in if mapped files take at least this fraction of a row's memory. */
const MANY_FILES = 0.1;

export interface TextOptions {
  /** The `system` group to show; null leaves the row out. */
  readonly system: SystemGroup | null;
  /** Width of a line in columns; null for no limit. */
  readonly columns: number | null;
  /** Whether to write ASCII only. */
  readonly ascii: boolean;
  /** Earlier readings, which tell how many workers were in use. */
  readonly history: History;
}

/** A model as plain text for people, mail and bug reports: no colours, no progress. */
export function listTable(model: Model, advice: readonly Advice[], options: Partial<TextOptions> = {}): string {
  const { system = model.system, columns: room = null, ascii = false, history = new History() } = options;
  const broken = (texts: readonly string[]) => (room === null ? texts : texts.flatMap((text) => wrap(text, room)));
  const where = whereLines(model, room);
  const used = inUseLines(model, history);
  const lines = [
    ...broken(headLines(model)),
    '',
    ...tabular(columns, rowsOf(model, system), room),
    ...(used.length > 0 ? ['', ...broken(used)] : []),
    ...(where.length > 0 ? ['', ...where] : []),
    ...(advice.length > 0 ? ['', ...broken(advice.map(adviceLine))] : []),
  ];
  return `${lines.map((line) => (ascii ? toAscii(line) : line).trimEnd()).join('\n')}\n`;
}

function headLines({ host, coverage, accounting }: Model): readonly string[] {
  const { memory, swap, load, cores } = host;
  const of = { MemTotal: '', cgroup: " (the container's limit)", option: ' (--memory)' }[memory.limitedBy];
  const inMemory = swap.inMemory === null ? '' : `, ${bytes(swap.inMemory.used)} of it on zram, which lives in memory`;
  const swapText = swap.total === 0 ? 'no swap' : `swap ${bytes(swap.used)} of ${bytes(swap.total)}${inMemory}`;
  const lines = [
    `${clean(host.name)}: memory ${bytes(memory.used)} of ${bytes(memory.total)}${of}, ${percent(memory.usedShare)}; ${swapText}`,
    `${plural(cores, 'core')}, load ${load === null ? UNKNOWN : load.map((value) => value.toFixed(2)).join(' ')}, up ${ageText(host.uptime)}`,
  ];
  if (accounting === 'rss')
    return [...lines, 'Figures are RSS: shared memory counts with each process that shares it.'];
  if (coverage.hidden) lines.push("Other users' processes are hidden from this user (hidepid); root sees all.");
  if (coverage.exact === coverage.processes) return lines;
  const more = coverage.rootOnly > 0 ? '; root reads all' : '';
  return [...lines, `${coverage.exact} of ${coverage.processes} processes exact, ~ is an estimate${more}.`];
}

function rowsOf(model: Model, system: SystemGroup | null): readonly Cells[] {
  const rows = model.projects.flatMap((project) => projectRows(project, model));
  return system === null ? rows : [...rows, ...systemRows(system, model)];
}

/** The row of `system`, and its largest processes. If a filter is active, the sum is of the processes that are left. */
function systemRows(system: SystemGroup, { host, uptime }: Model): readonly Cells[] {
  const { processes } = system;
  const memory = sumMemory(
    processes.map((process) => process.memory),
    host.memory.total,
  );
  const name = `system  ${processes.length} process${processes.length === 1 ? '' : 'es'}`;
  const cpu = sumKnown(processes.map((process) => process.cpu));
  const texts = rowTexts(rowFigures({ type: 'system', system: { memory, cpu, processes } }));
  return [
    [name, '', '', ...memoryTexts(memory, texts), texts.cpu, texts.queue],
    ...largestOf(system).map((process) => processRow(process, 1, uptime)),
  ];
}

function projectRows(project: Project, model: Model): readonly Cells[] {
  const { uptime } = model;
  const { virtualenv, servers, processes, memory, name } = project;
  const texts = rowTexts(rowFigures({ type: 'project', project }));
  return [
    [clean(name), clean(virtualenv?.name ?? ''), texts.workers, ...memoryTexts(memory, texts), texts.cpu, texts.queue],
    ...servers.flatMap((server) => serverRows(server, model)),
    ...processes.map((process) => processRow(process, 1, uptime)),
  ];
}

function serverRows(server: Server, model: Model): readonly Cells[] {
  const { head, managed, definition, version, bind, remark, workers } = server;
  const own = ownRow(server);
  const figures = rowFigures(own);
  const texts = rowTexts({ ...rowFigures({ type: 'server', server }), memory: figures.memory, cpu: figures.cpu });
  const label = `${definition.label}${version === null ? '' : ` ${clean(version)}`}`;
  const what = managed === null ? `${head.role ?? ''} ${head.pid}` : clean(managed);
  const stopped = head.sample.state === 'T' ? ' STOPPED' : '';
  const notes = [...bind, remark ?? '', roomText(server, model)].filter(Boolean).join(' ');
  const name = `  ${label} ${what}${stopped}  ${clean(notes)}`.trimEnd();
  const row: Cells = [
    name,
    '',
    workers.most === null ? texts.workers : `${workers.current}/${workers.most.count}`,
    ...memoryTexts(figures.memory, texts),
    texts.cpu,
    texts.queue,
  ];
  const others = server.processes.filter(({ key }) => key !== head.key);
  if (definition.category !== 'app') return [row];
  return [row, ...others.map((process) => processRow(process, 2, model.uptime))];
}

/** The row whose memory and CPU a server's line shows: its head's if its other processes have lines of their own. */
function ownRow(server: Server): RowSubject {
  const head = server.definition.category === 'app' ? ownHead(server) : null;
  return head === null ? { type: 'server', server } : { type: 'process', process: head };
}

/** Beside a limit of workers, how many more the memory has room for. */
function roomText(server: Server, model: Model): string {
  return (server.workers.most === null ? null : fitText(server, model)) ?? '';
}

function processRow(process: ProcessNode, depth: number, uptime: number): Cells {
  const { role, pid, startedAt, memory, command, sample } = process;
  const what =
    role === null || role === 'helper' ? `${pid}  ${clean(command)}` : `${role} ${pid}  ${ageText(uptime - startedAt)}`;
  const stopped = sample.state === 'T' ? '  STOPPED' : '';
  const texts = rowTexts(rowFigures({ type: 'process', process }));
  const name = `${'  '.repeat(depth)}${what}${stopped}`;
  return [name, '', texts.workers, ...memoryTexts(memory, texts), texts.cpu, texts.queue];
}

function memoryTexts({ counted, file, share }: Memory, { mem, frees }: RowTexts): MemoryCells {
  const files = file !== null && counted !== null && file >= MANY_FILES * counted ? bytes(file) : '';
  return [mem, files, shareText(share), frees];
}

function adviceLine(advice: Advice): string {
  const { text, where } = advice;
  const project = projectOf(advice);
  return clean(`${project === null ? '' : `${project.name}: `}${text}${where === null ? '' : ` [${where}]`}`);
}
