import type { History } from '../../model/history/history.ts';
import {
  type Memory,
  type Model,
  ownHead,
  type ProcessNode,
  type Project,
  type Server,
  serverTitle,
} from '../../model/model.ts';
import { sumKnown } from '../../model/rates.ts';
import type { Row } from '../../state/row.ts';
import type { AppState } from '../../state/state.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { apportion, sparkline } from '../bars.ts';
import { ageText, bytes, countText, cpuText, shareText, UNKNOWN } from '../format.ts';
import { type Line, type Span, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

const LABEL = 13;

const SWAP_LEGEND = '  s swapped';
const SPLIT_LEGEND = `  # own  = shared${SWAP_LEGEND}`;

/** All that is known of a row. */
export function details(state: AppState, row: Row | null, scroll: number, theme: Theme): PanelContent {
  const hint = 'Esc closes, arrows scroll';
  if (row === null || state.model === null) {
    return { title: 'Details', lines: [[span('It has ended.', theme.warning)]], scroll, hint };
  }
  const columns = state.columns - 4;
  const say = (label: string, value: string | null): readonly Line[] =>
    value === null || value === '' ? [] : labelled(label, value, columns, theme);
  const draw = (label: string, ...spans: readonly Span[]): Line => [span(fill(label, LABEL), theme.faint), ...spans];
  const context: Context = { state, model: state.model, columns, theme, say, draw };
  return { title: titleOf(row), lines: content(row, context), scroll, hint };
}

interface Context {
  readonly state: AppState;
  readonly model: Model;
  readonly columns: number;
  readonly theme: Theme;
  readonly say: (label: string, value: string | null) => readonly Line[];
  readonly draw: (label: string, ...spans: readonly Span[]) => Line;
}

function labelled(label: string, value: string, columns: number, theme: Theme): readonly Line[] {
  return wrap(clean(value), Math.max(10, columns - LABEL)).map((text, index) => [
    span(fill(index === 0 ? label : '', LABEL), theme.faint),
    span(text),
  ]);
}

function titleOf(row: Row): string {
  switch (row.type) {
    case 'project':
      return clean(row.project.name);
    case 'system':
      return 'system';
    case 'server':
      return clean(`${row.project.name}: ${serverTitle(row.server)}`);
    case 'process':
      return clean(`${row.project ? `${row.project.name}: ` : ''}${row.process.role ?? 'process'} ${row.process.pid}`);
  }
}

function content(row: Row, context: Context): readonly Line[] {
  switch (row.type) {
    case 'project':
      return projectLines(row.project, context);
    case 'system':
      return memoryLines(row.system.memory, 'system', context);
    case 'server':
      return serverAndHeadLines(row.server, row.project, context);
    case 'process': {
      const server = row.server === null ? [] : [[], ...serverLines(row.server, row.project, context)];
      return [...processLines(row.process, context), ...server];
    }
  }
}

function serverAndHeadLines(server: Server, project: Project, context: Context): readonly Line[] {
  const head = ownHead(server);
  return [...serverLines(server, project, context), ...(head === null ? [] : [[], ...processLines(head, context)])];
}

function projectLines(project: Project, context: Context): readonly Line[] {
  const { say } = context;
  const { virtualenv } = project;
  return [
    ...say('project', project.name),
    ...say('because of', project.evidence),
    ...say('directory', project.directory),
    ...say('virtualenv', virtualenv === null ? 'none found' : `${virtualenv.path} (${evidence[virtualenv.evidence]})`),
    ...say('versions', versionsOf(project)),
    ...say('servers', project.servers.map(serverTitle).join(', ')),
    ...memoryLines(project.memory, `project:${project.id}`, context),
    ...say('limit', project.memoryLimit === null ? null : `${bytes(project.memoryLimit)}, of its cgroup`),
    ...say('CPU', `${cpuText(project.cpu)} % of a core`),
  ];
}

const evidence = {
  environ: 'from its environment',
  argv: 'from its command line',
  exe: 'its interpreter is in it',
  maps: 'from the files mapped into it',
  guess: 'a guess: it is in the working directory',
} as const;

/** Of Python, and of what its servers run, where the virtualenv tells. */
function versionsOf(project: Project): string {
  const django = packageOf(project, 'django');
  const python = project.virtualenv?.python ?? null;
  const servers = new Set(
    project.servers.flatMap(({ definition, version }) => (version === null ? [] : `${definition.label} ${version}`)),
  );
  return [
    ...(python === null ? [] : [`Python ${python}`]),
    ...(django === null ? [] : [`Django ${django}`]),
    ...servers,
  ].join(', ');
}

function packageOf({ servers }: Project, name: string): string | null {
  for (const { processes } of servers) {
    for (const { sample } of processes) {
      const version = sample.facts.packages[name];
      if (version !== undefined) return version;
    }
  }
  return null;
}

function serverLines(server: Server, project: Project | null, context: Context): readonly Line[] {
  const { say, theme, model } = context;
  const { definition, workers, pools, startedBy, scaling, version, head } = server;
  const what = server.managed === null ? `${head.role} ${head.pid}` : `${server.managed}, run by ${head.pid}`;
  const configured = workers.configured.count === null ? '' : `${workers.configured.count}: `;
  return [
    ...say('server', `${definition.label}${version === null ? '' : ` ${version}`}, ${what}`),
    ...say('project', project?.name ?? null),
    ...say('versions', project === null ? null : versionsOf(project)),
    ...say('app', server.app),
    ...say('remark', server.remark),
    ...say('listens on', server.bind.join(', ')),
    ...say('connections', connectionsOf(server)),
    ...say('workers', workersOf(server, model)),
    ...(pools.length > 0 ? [] : say('configured', `${configured}${workers.configured.where}`)),
    // The place of a number that is given by it says it already.
    ...(workers.configured.where.includes(startedBy ?? '') ? [] : say('started by', startedBy)),
    ...pools.flatMap((pool) => say('pool', `${pool.name}: ${pool.pids.length} running; ${pool.configured.where}`)),
    scaling.available
      ? [span(fill('scaling', LABEL), theme.faint), span('+ and - add and trim workers', theme.good)]
      : [span(fill('scaling', LABEL), theme.faint), span('not by signals', theme.warning)],
    ...say('', scaling.reason),
    ...memoryLines(server.memory, `server:${server.key}`, context),
  ];
}

/** Null for what listens nowhere. */
function connectionsOf({ listeners, queue }: Server): string | null {
  if (listeners === null) return 'unknown: may be read by root only';
  if (listeners.length === 0) return null;
  const open = listeners.map((listener) => listener.open);
  const known = open.every((count) => count !== undefined) ? `${countText(sumKnown(open))} open, ` : '';
  return `${known}${countText(queue)} waiting to be accepted`;
}

function workersOf({ workers, definition, bind }: Server, { host }: Model): string | null {
  if (workers.current === 0) return null;
  const advised = definition.category === 'app' && bind.length > 0;
  const start = advised ? `; gunicorn’s advice would start at ${host.recommendedWorkers}` : '';
  return `${workers.current} running${start}`;
}

function processLines(process: ProcessNode, context: Context): readonly Line[] {
  const { say, columns } = context;
  const { sample } = process;
  const { facts } = sample;
  const virtualenv = facts.virtualenv;
  return [
    ...say('process', `${process.pid}, ${stateWord(sample.state)}, child of ${sample.ppid}`),
    ...labelled('command', process.command, columns, context.theme),
    ...say('kind', process.unrecognised ? 'unknown: to tell took more than 50 ms' : null),
    ...say('user', facts.user ?? (facts.uid === null ? null : String(facts.uid))),
    ...say('started', `${ageText(context.model.uptime - process.startedAt)} ago`),
    ...say('directory', facts.cwd ?? 'unknown: may be read by root only'),
    ...say('program', facts.exe),
    ...say('virtualenv', virtualenv === null ? null : `${virtualenv.path} (${evidence[virtualenv.evidence]})`),
    ...say('signals', facts.caught === null ? 'unknown' : `handles ${signalNames(facts.caught)}`),
    ...say('cgroup', facts.cgroup),
    ...say('limit', facts.memoryLimit === null ? null : `${bytes(facts.memoryLimit)}, of its cgroup`),
    ...memoryLines(process.memory, `process:${process.key}`, context),
    ...say('CPU', `${cpuText(process.cpu)} % of a core`),
  ];
}

function memoryLines(memory: Memory, id: Parameters<History['series']>[0], context: Context): readonly Line[] {
  const { say, draw, theme, state, columns } = context;
  const { rss, pss, uss, swap } = memory;
  // Of several processes it counts what they share more than once: it is no total.
  const resident = id.startsWith('process:') ? `RSS ${bytes(rss)}` : `RSS would add up to ${bytes(rss)}`;
  const quality = memory.exact ? '' : ', partly estimated';
  const levels = state.history.sparkline(id, Math.min(60, columns - LABEL));
  const trend = state.history.trend(id);
  const sign = (trend?.perHour ?? 0) < 0 ? '' : '+';
  return [
    ...say(
      'memory',
      `${known(memory.counted)} (${pss === null ? 'RSS' : 'PSS'}${quality}), ${shareText(memory.share)} of the total`,
    ),
    ...(pss === null || uss === null ? [] : [draw('', ...splitBar(uss, pss - uss, swap ?? 0, columns - LABEL, theme))]),
    ...say(
      '',
      `own ${known(uss)}, its part of what is shared ${known(pss === null || uss === null ? null : pss - uss)}, swapped ${known(swap)}; ${resident}`,
    ),
    ...(levels === null ? [] : [draw('last hour', span(sparkline(levels, theme.glyphs), theme.title))]),
    ...say('trend', trend === null ? null : `${sign}${bytes(trend.perHour)} an hour for ${ageText(trend.seconds)}`),
  ];
}

/** As wide as its legend leaves room for. */
function splitBar(own: number, shared: number, swap: number, room: number, theme: Theme): readonly Span[] {
  const legend = swap > 0 ? SPLIT_LEGEND : SPLIT_LEGEND.replace(SWAP_LEGEND, '');
  const cells = apportion([own, shared, swap], Math.max(8, Math.min(60, room - legend.length)));
  const [first = 0, second = 0, third = 0] = cells;
  return [
    span('#'.repeat(first), theme.good),
    span('='.repeat(second), theme.faint),
    span('s'.repeat(third), theme.error),
    span(legend, theme.faint),
  ];
}

function known(value: number | null): string {
  return value === null ? UNKNOWN : bytes(value);
}

const stateWords: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk',
  T: 'STOPPED: continue it with c',
  t: 'held by a debugger',
  Z: 'ended, not yet reaped',
  I: 'idle',
};

function stateWord(letter: string): string {
  return stateWords[letter] ?? letter;
}

/** By signal(7), 1 to 31. */
const names =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

function signalNames(mask: number): string {
  const caught = names.filter((_, index) => (mask & (1 << index)) !== 0);
  return caught.length === 0 ? 'none' : caught.join(' ');
}
