import { usesText } from '../../model/activity/waits.ts';
import { doingPhrases, inUsePhrase, LETTERS, lettersOf, sharePhrase } from '../../model/activity/words.ts';
import type { HistoryId } from '../../model/history/history-id.ts';
import { usage } from '../../model/history/utilisation.ts';
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
import { fitText } from '../../model/scaling/price.ts';
import { unreadFiles } from '../../model/silent-mount.ts';
import type { ProcessState } from '../../snapshot.ts';
import { launchersOf } from '../../state/launchers.ts';
import type { Row } from '../../state/row.ts';
import { clean } from '../../text/sanitize.ts';
import { cut, fill, wrap } from '../../text/width.ts';
import { apportion, sparkline } from '../bars.ts';
import { ageText, bytes, countText, cpuText, duration, memoryText, shareText, UNKNOWN } from '../format.ts';
import type { Scene } from '../scene.ts';
import { type Line, type Span, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

const LABEL = 13;

/** Seconds over which workers in use are counted. */
const LATELY = 600;

/** Things that workers wait for, at most. */
const MOST_USES = 8;

/** Lines of the processes of system that take most. */
const LARGEST = 12;

/** All that is known of a row. */
export function details(scene: Scene, row: Row | null, scroll: number): PanelContent {
  const { state, theme } = scene;
  if (row === null || state.model === null) {
    return { title: 'Details', lines: [[span('It has ended.', theme.warning)]], scroll };
  }
  const columns = state.columns - 4;
  const say = (label: string, value: string | null): readonly Line[] =>
    value === null || value === '' ? [] : labelled(label, value, columns, theme);
  const draw = (label: string, ...spans: readonly Span[]): Line => [span(fill(label, LABEL), theme.faint), ...spans];
  const context: Context = { ...scene, model: state.model, columns, say, draw };
  return { title: titleOf(row), lines: content(row, context), scroll };
}

interface Context extends Scene {
  readonly model: Model;
  readonly columns: number;
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
    case 'project': {
      const servers = row.project.servers.flatMap((server) => [[], ...serverLines(server, null, context)]);
      return [...projectLines(row.project, context), ...servers];
    }
    case 'system':
      return [...memoryLines(row.system.memory, 'system', context), [], ...largestLines(row.system.processes, context)];
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
    ...say('grouped by', project.evidence),
    ...say('directory', project.directory),
    ...say('virtualenv', virtualenv === null ? 'none found' : `${virtualenv.path} (${evidence[virtualenv.evidence]})`),
    ...say('versions', versionsOf(project)),
    ...say('files', unreadFilesOf(project, context.model)),
    ...say('servers', project.servers.map(serverTitle).join(', ')),
    ...memoryLines(project.memory, `project:${project.id}`, context),
    ...say('limit', project.memoryLimit === null ? null : `${bytes(project.memoryLimit)}, of its cgroup`),
    ...say('CPU', `${cpuText(project.cpu)} % of a core`),
  ];
}

/** Of the first process that has files which could not be read. */
function unreadFilesOf({ servers, processes }: Project, { silentMounts }: Model): string | null {
  for (const { sample } of [...servers.flatMap((server) => server.processes), ...processes]) {
    const why = unreadFiles(sample.facts, silentMounts);
    if (why !== null) return why;
  }
  return null;
}

const evidence = {
  environ: 'from its environment',
  argv: 'from its command line',
  exe: 'its interpreter is in it',
  maps: 'from the files mapped into it',
  guess: 'a guess: it is in the working directory',
} as const;

/** Versions of Python and of packages in the virtualenv. */
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
    ...inUseLines(server, context),
    ...(pools.length > 0 ? [] : say('configured', `${configured}${workers.configured.where}`)),
    ...say('at most', mostOf(server, model)),
    // The place of a number that is given by it says it already.
    ...(workers.configured.where.includes(startedBy ?? '') ? [] : say('started by', startedBy)),
    ...say('launched by', launchersText(server)),
    ...pools.flatMap((pool) => say('pool', `${pool.name}: ${pool.pids.length} running; ${pool.configured.where}`)),
    scaling.available
      ? [span(fill('scaling', LABEL), theme.faint), span('+ and - add and trim workers', theme.good)]
      : [span(fill('scaling', LABEL), theme.faint), span('not by signals', theme.warning)],
    ...say('', scaling.reason),
    ...memoryLines(server.memory, `server:${server.key}`, context),
  ];
}

/** How many workers are in use, what each is doing now, and what they have waited for. */
function inUseLines(server: Server, { say, history, model }: Context): readonly Line[] {
  const { activity } = server;
  if (activity === null) return [];
  const { basis, inUse, total } = activity;
  if (basis === null || inUse === null || total === null)
    return say('in use', 'unknown: what its workers are doing may be read by root only');
  const lately = usage(history, server.key, LATELY);
  const share = lately === null ? null : sharePhrase(server, lately.share);
  const phrase =
    share === null || lately === null ? inUsePhrase(inUse, activity) : `${share} (${duration(lately.seconds)})`;
  if (basis === 'connections') return say('in use', `${phrase.replace(/ in use/, '')}; by its accepted connections`);
  const now = lettersOf(server);
  const uses = usesText(history.uses(server.key), model, MOST_USES);
  return [
    ...say('in use', phrase.replace(/ in use/, '')),
    ...say('now', now === '' ? null : `${now}   (${LETTERS})`),
    ...say('waits for', uses === null ? null : `${uses} (shares of the time in use, 10 min)`),
  ];
}

/** Processes that only wait for the server that they started, with what they take. */
function launchersText(server: Server): string | null {
  const all = launchersOf(server).map(
    ({ pid, memory, sample }) => `${clean(sample.facts.comm)} ${pid} (${memoryText(memory)})`,
  );
  return all.length === 0 ? null : all.join(', ');
}

/** Null for what listens nowhere. */
function connectionsOf({ listeners, queue }: Server): string | null {
  if (listeners === null) return 'unknown: may be read by root only';
  if (listeners.length === 0) return null;
  const open = listeners.map((listener) => listener.open);
  const known = open.every((count) => count !== undefined) ? `${countText(sumKnown(open))} open, ` : '';
  return `${known}${countText(queue)} waiting to be accepted`;
}

/** What limits its workers, and what the memory has room for. */
function mostOf(server: Server, model: Model): string | null {
  const { most } = server.workers;
  if (most === null) return null;
  const fit = fitText(server, model);
  return `${most.count}, by ${most.by}${fit === null ? '' : `; ${fit} in memory`}`;
}

function workersOf({ workers, definition, bind }: Server, { host }: Model): string | null {
  if (workers.current === 0) return null;
  // A limit that is set by hand has nothing to do with cores.
  const advised = definition.category === 'app' && bind.length > 0 && workers.most === null;
  const start = advised ? `; gunicorn suggests starting with ${host.recommendedWorkers}` : '';
  return `${workers.current} running${start}`;
}

function processLines(process: ProcessNode, context: Context): readonly Line[] {
  const { say, columns } = context;
  const { sample } = process;
  const { facts } = sample;
  const virtualenv = facts.virtualenv;
  return [
    ...say('process', `${process.pid}, ${stateWords[sample.state]}, child of ${sample.ppid}`),
    ...labelled('command', process.command, columns, context.theme),
    ...say('kind', process.unrecognised ? 'unknown: to tell took more than 50 ms' : null),
    ...say('doing', sample.activity === undefined ? null : doingPhrases(sample.activity, context.model).join(', ')),
    ...say('user', facts.user ?? (facts.uid === null ? null : String(facts.uid))),
    ...say('started', `${ageText(context.model.uptime - process.startedAt)} ago`),
    ...say('directory', facts.cwd ?? 'unknown: may be read by root only'),
    ...say('program', facts.exe),
    ...say('files', unreadFiles(facts, context.model.silentMounts)),
    ...say('virtualenv', virtualenv === null ? null : `${virtualenv.path} (${evidence[virtualenv.evidence]})`),
    ...say('signals', facts.caught === null ? 'unknown' : `handles ${signalNames(facts.caught)}`),
    ...say('cgroup', facts.cgroup),
    ...say('limit', facts.memoryLimit === null ? null : `${bytes(facts.memoryLimit)}, of its cgroup`),
    ...memoryLines(process.memory, `process:${process.key}`, context),
    ...say('CPU', `${cpuText(process.cpu)} % of a core`),
  ];
}

function memoryLines(memory: Memory, id: HistoryId, context: Context): readonly Line[] {
  const { say, draw, theme, history, columns } = context;
  const { rss, pss, uss, swap } = memory;
  // Of several processes it counts what they share more than once: it is no total.
  const resident = id.startsWith('process:') ? `RSS ${bytes(rss)}` : `RSS would say ${bytes(rss)}`;
  const quality = memory.exact ? '' : ', partly estimated';
  const levels = history.recentLevels(id, Math.min(60, columns - LABEL - 10));
  const trend = history.trend(id);
  const most = Math.max(1, ...(levels ?? []).map((level) => level ?? 0));
  const sign = (trend?.perHour ?? 0) < 0 ? '' : '+';
  return [
    ...say(
      'memory',
      memory.counted === null
        ? 'still to be read'
        : `${bytes(memory.counted)} (${pss === null ? 'RSS' : 'PSS'}${quality}), ${shareText(memory.share)} of the total`,
    ),
    ...(pss === null || uss === null ? [] : [draw('', ...splitBar(uss, pss - uss, swap ?? 0, columns - LABEL, theme))]),
    ...say(
      '',
      `private ${known(uss)}, shared ${known(pss === null || uss === null ? null : pss - uss)} (its part), swap ${known(swap)}; ${resident}`,
    ),
    ...(levels === null
      ? []
      : [
          draw(
            'last hour',
            span(
              sparkline(
                levels.map((level) => level && level / most),
                theme.glyphs,
              ),
              theme.title,
            ),
            span(` 0 to ${bytes(most)}`, theme.faint),
          ),
        ]),
    ...say('trend', trend === null ? null : `${sign}${bytes(trend.perHour)} an hour for ${ageText(trend.seconds)}`),
  ];
}

/** A bar of private memory, its part of the shared, and swap, as wide as the legend permits. */
function splitBar(own: number, shared: number, swap: number, room: number, theme: Theme): readonly Span[] {
  const [full, , half] = theme.glyphs.patterns;
  const parts = [
    { size: own, glyph: full ?? '#', name: 'private', style: theme.good },
    { size: shared, glyph: half ?? '=', name: 'shared', style: theme.faint },
    { size: swap, glyph: 's', name: 'swap', style: theme.error },
  ].filter(({ size }) => size > 0);
  const legend = parts.map(({ glyph, name }) => `  ${glyph} ${name}`).join('');
  const cells = apportion(
    parts.map(({ size }) => size),
    Math.max(8, Math.min(60, room - legend.length)),
  );
  return [
    ...parts.map(({ glyph, style }, index) => span(glyph.repeat(cells[index] ?? 0), style)),
    span(legend, theme.faint),
  ];
}

/** The processes that take most, so that the group is no closed box. */
function largestLines(processes: readonly ProcessNode[], { theme, columns }: Context): readonly Line[] {
  const largest = processes.toSorted((a, b) => (b.memory.counted ?? 0) - (a.memory.counted ?? 0)).slice(0, LARGEST);
  return largest.map(
    ({ pid, memory, command, sample }): Line => [
      span(fill(String(pid), 9), theme.faint),
      span(fill(memoryText(memory), 7, 'right')),
      span(`  ${cut(clean(command || sample.facts.comm), columns - 18)}`),
    ],
  );
}

function known(value: number | null): string {
  return value === null ? UNKNOWN : bytes(value);
}

const stateWords: Readonly<Record<ProcessState, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk',
  T: 'STOPPED: continue it with c',
  t: 'held by a debugger',
  Z: 'ended, not yet reaped',
  X: 'ended',
  I: 'idle',
  '?': '?',
};

/** By signal(7), 1 to 31. */
const names =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

function signalNames(mask: number): string {
  const caught = names.filter((_, index) => (mask & (1 << index)) !== 0);
  return caught.length === 0 ? 'none' : caught.join(' ');
}
