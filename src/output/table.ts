import type { Advice } from '../model/advice/advice.ts';
import {
  type Memory,
  type Model,
  ownHead,
  type ProcessNode,
  type Project,
  type Server,
  type SystemGroup,
} from '../model/model.ts';
import { bytes, percent } from '../text/figures.ts';
import { clean } from '../text/sanitize.ts';
import { cut, fill, width } from '../text/width.ts';
import { ageText, countText, cpuText, memoryText, shareText, UNKNOWN } from '../view/format.ts';

type Cells = readonly [string, string, string, string, string, string, string, string];

const titles: Cells = ['PROJECT / PROCESS', 'VIRTUALENV', 'WORKERS', 'MEM', 'SHARE', 'FREES', 'CPU%', 'QUEUE'];
const MOST_NAME = 60;

/**
 * A model as text for people, mail and bug reports: no colours, no progress.
 * @param system what is shown of `system`; null leaves its row out
 */
export function listTable(model: Model, advice: readonly Advice[], system: SystemGroup | null = model.system): string {
  const lines = [...headLines(model), '', ...tableLines(model, system)];
  if (advice.length > 0) lines.push('', ...advice.map(adviceLine));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function headLines({ host, coverage, accounting }: Model): readonly string[] {
  const { memory, swap, load, cores } = host;
  const of = { MemTotal: '', cgroup: " (the container's limit)", option: ' (--memory)' }[memory.limitedBy];
  const swapText = swap.total === 0 ? 'no swap' : `swap ${bytes(swap.used)} of ${bytes(swap.total)}`;
  const lines = [
    `${clean(host.name)}: memory ${bytes(memory.used)} of ${bytes(memory.total)}${of}, ${percent(memory.usedShare)}; ${swapText}`,
    `${cores} core${cores === 1 ? '' : 's'}, load ${load === null ? UNKNOWN : load.map((value) => value.toFixed(2)).join(' ')}, up ${ageText(host.uptime)}`,
  ];
  if (accounting === 'rss')
    return [...lines, 'Figures are RSS: shared memory counts with each process that shares it.'];
  if (coverage.hidden) lines.push("Other users' processes are hidden from this user (hidepid); sudo sees all.");
  if (coverage.exact === coverage.processes) return lines;
  const more = coverage.rootOnly > 0 ? '; sudo reads all' : '';
  return [...lines, `${coverage.exact} of ${coverage.processes} processes exact, ~ is an estimate${more}.`];
}

function tableLines(model: Model, system: SystemGroup | null): readonly string[] {
  const rows: Cells[] = [titles];
  for (const project of model.projects) rows.push(...projectRows(project, model.uptime));
  if (system !== null) {
    const count = system.processes.length;
    const name = `system  ${count} process${count === 1 ? '' : 'es'}`;
    rows.push([name, '', '', ...figures(system.memory, ''), cpuText(system.cpu), '']);
  }
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) =>
    row.map((text, column) => fill(text, widths[column] ?? 0, column < 2 ? 'left' : 'right')).join('  '),
  );
}

function projectRows(project: Project, uptime: number): readonly Cells[] {
  const { virtualenv, servers, processes, memory, cpu, name } = project;
  const workers = servers.reduce((sum, server) => sum + server.workers.current, 0);
  return [
    [
      cut(clean(name), MOST_NAME),
      clean(virtualenv?.name ?? ''),
      workers > 0 ? String(workers) : '',
      ...figures(memory, ''),
      cpuText(cpu),
      '',
    ],
    ...servers.flatMap((server) => serverRows(server, uptime)),
    ...processes.map((process) => processRow(process, 1, uptime)),
  ];
}

function serverRows(server: Server, uptime: number): readonly Cells[] {
  const { head, managed, definition, version, bind, remark, workers, queue } = server;
  const own = ownHead(server) ?? server;
  const label = `${definition.label}${version === null ? '' : ` ${clean(version)}`}`;
  const what = managed === null ? `${head.role ?? ''} ${head.pid}` : clean(managed);
  const stopped = head.sample.state === 'T' ? ' STOPPED' : '';
  const notes = [...bind, remark ?? ''].filter(Boolean).join(' ');
  const name = `  ${label} ${what}${stopped}  ${clean(notes)}`.trimEnd();
  const row: Cells = [
    cut(name, MOST_NAME),
    '',
    workers.current > 0 ? String(workers.current) : '',
    ...figures(own.memory, ''),
    cpuText(own.cpu),
    definition.category === 'app' ? countText(queue) : '',
  ];
  const others = server.processes.filter(({ key }) => key !== head.key);
  if (definition.category !== 'app') return [row];
  return [row, ...others.map((process) => processRow(process, 2, uptime))];
}

function processRow(process: ProcessNode, depth: number, uptime: number): Cells {
  const { role, pid, startedAt, memory, cpu, command, sample } = process;
  const what =
    role === null || role === 'helper' ? `${pid}  ${clean(command)}` : `${role} ${pid}  ${ageText(uptime - startedAt)}`;
  const stopped = sample.state === 'T' ? '  STOPPED' : '';
  const frees = role === 'worker' && memory.uss !== null ? bytes(memory.uss) : '';
  return [
    cut(`${'  '.repeat(depth)}${what}${stopped}`, MOST_NAME),
    '',
    '',
    ...figures(memory, frees),
    cpuText(cpu),
    '',
  ];
}

function figures(memory: Memory, frees: string): readonly [string, string, string] {
  return [memoryText(memory), shareText(memory.share), frees];
}

function adviceLine({ project, text, where }: Advice): string {
  return clean(`${project === null ? '' : `${project}: `}${text}${where === null ? '' : ` [${where}]`}`);
}
