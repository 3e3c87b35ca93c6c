import { inUsePhrase, sharePhrase } from '../model/activity/words.ts';
import { type Advice, projectOf } from '../model/advice/advice.ts';
import { lull, type Usage, usage } from '../model/history/utilisation.ts';
import { beyondMost, type Model, type Project, type Server } from '../model/model.ts';
import { nextToStop } from '../model/scaling/next-to-stop.ts';
import { priceOfStep, type StepPrice } from '../model/scaling/price.ts';
import { serversMeant, severalMeant } from '../model/scaling/target.ts';
import { type Row, serverOf } from '../state/row.ts';
import { selectedRow } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { bytes, duration, memoryText, plural, shortShare } from './format.ts';
import { shortAddress } from './name.ts';
import type { Message, Said } from './said.ts';
import type { Scene } from './scene.ts';
import type { Theme } from './theme.ts';

/** Seconds over which workers in use are counted. */
const LATELY = 600;

/** Below this share workers count as idle. */
const IDLE = 0.05;

/** The state of the selected row, and what + and - would do to it. */
export function aboutRow(scene: Scene): Message {
  const { state, theme } = scene;
  const row = selectedRow(state);
  if (row === null || state.model === null) return { title: said('', theme), left: [], right: [] };
  if (row.type === 'system') return aboutSystem(row, scene);
  const { project } = row;
  const advice = adviceFor(state.advice, row);
  const server = serverOf(row) ?? (project !== null && row.type === 'project' ? onlyMeant(project) : null);
  if (project === null || server === null) return aboutOthers(row, project, advice, scene);
  return {
    title: said(titleOf(row, project, server), theme),
    left: [
      said(stateOf(server, scene), theme),
      advice === null ? said(settingOf(server), theme, 'faint') : spoken(advice, theme),
    ],
    right: prices(row, server, state.model, theme),
  };
}

function said(text: string, theme: Theme, style: 'strong' | 'faint' = 'strong'): Said {
  return { text, style: theme[style] };
}

function aboutSystem({ system }: Extract<Row, { type: 'system' }>, { state, theme }: Scene): Message {
  const count = plural(system.processes.length, 'process', 'processes');
  const advice = adviceFor(state.advice, null);
  return {
    title: said('system', theme),
    left: [
      said(`${count} of no project, ${memoryText(system.memory)}.`, theme),
      ...(advice === null ? [] : [spoken(advice, theme)]),
    ],
    right: [],
  };
}

/** The message for a process outside servers, or a project with several servers. */
function aboutOthers(row: Row, project: Project | null, advice: Advice | null, { theme }: Scene): Message {
  const advised = advice === null ? [] : [spoken(advice, theme)];
  if (row.type === 'process') {
    const title = project === null ? 'system' : project.name;
    return {
      title: said(`${title} · process ${row.process.pid}`, theme),
      left: [said(row.process.command, theme), ...advised],
      right: [],
    };
  }
  const meant = project === null ? [] : serversMeant(project);
  const name = project?.name ?? '';
  const text =
    meant.length > 1
      ? `${severalMeant(name, meant)} Select one to add or trim workers.`
      : 'It has no server that workertop knows.';
  return { title: said(name, theme), left: [said(text, theme), ...advised], right: [] };
}

function onlyMeant(project: Project): Server | null {
  const meant = serversMeant(project);
  return meant.length === 1 ? (meant[0] ?? null) : null;
}

function titleOf(row: Row, project: Project, server: Server): string {
  const { definition } = server;
  const address = shortAddress(server);
  const what = clean(project.name) === definition.label ? address : `${definition.label} ${address}`.trim();
  const process = row.type === 'process' ? `${row.process.role ?? 'process'} ${row.process.pid}` : '';
  return [project.name, what, process].filter(Boolean).join(' · ');
}

/** How many workers there are, how many of them are in use, and who waits. */
function stateOf(server: Server, scene: Scene): string {
  const { workers, queue, definition } = server;
  const parts = [
    workers.current > 0 ? plural(workers.current, 'worker') : null,
    workers.current > 0 ? usePhrase(server, scene) : null,
    queue === null || definition.category !== 'app' ? null : `${queue} waiting`,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join('   ') : `${memoryText(server.memory)} of memory`;
}

/** How many workers were in use lately, or at this reading if there are few readings; null if unknown. */
function usePhrase(server: Server, { history }: Scene): string | null {
  const lately: Usage | null = lull(history, server.key, IDLE) ?? usage(history, server.key, LATELY);
  if (lately !== null) {
    const phrase = sharePhrase(server, lately.share);
    return phrase === null ? null : `${phrase} (${duration(lately.seconds)})`;
  }
  const { activity } = server;
  return activity === null || activity.inUse === null || activity.total === null
    ? null
    : inUsePhrase(activity.inUse, activity);
}

/** Where the number of workers is set; for a server that does not scale, why not. */
function settingOf(server: Server): string {
  const { scaling, workers } = server;
  if (!scaling.available) return scaling.reason;
  const { count, where } = workers.configured;
  const [place = ''] = where.split(';');
  const starter = unitOf(server.startedBy);
  // A command line is set in the unit that starts the server.
  const short = starter === null ? place : place.replace(/ on the command line$/, ` in ${starter}`);
  return count === null ? `Configured: ${short}` : `Configured: ${count}, by ${short}`;
}

/**
 * The name of the systemd unit in a phrase such as `systemd unit shop.service (systemctl edit …)`; null if it names
 * none.
 */
function unitOf(startedBy: string | null): string | null {
  return /^systemd unit (\S+)/.exec(startedBy ?? '')?.[1] ?? null;
}

/** What one worker fewer and one more would do; with a queue, one more first. */
function prices(row: Row, server: Server, model: Model, theme: Theme): readonly Said[] {
  if (!server.scaling.available) return [];
  const fewer = said(trimText(row, server, model), theme);
  const more = said(addText(server, model), theme);
  return (server.queue ?? 0) > 0 ? [more, fewer] : [fewer, more];
}

function trimText(row: Row, server: Server, model: Model): string {
  const { current, floor } = server.workers;
  if (current <= floor) return `-: ${floor} is the fewest`;
  const [goes] = nextToStop(server);
  const isOther =
    row.type === 'process' && row.process.role === 'worker' && goes !== undefined && goes.key !== row.process.key;
  const who = isOther ? ` (${goes.pid} goes)` : '';
  return `- to ${current - 1}: ${stepText(priceOfStep(server, -1, model), 'less', model)}${who}`;
}

function addText(server: Server, model: Model): string {
  const { current } = server.workers;
  if (beyondMost(server, current + 1) !== null) return `+: ${current} is the most`;
  const price = priceOfStep(server, 1, model);
  const fits = price.fits === false ? ', does not fit' : '';
  return `+ to ${current + 1}: ${stepText(price, 'more', model)}${fits}`;
}

/** Bytes first; percent only if it changes by a point. */
function stepText({ bytes: size, usedAfter }: StepPrice, word: 'less' | 'more', { host }: Model): string {
  if (size === null) return 'memory not known';
  const { used, total } = host.memory;
  const moves = usedAfter !== null && Math.abs(usedAfter - used) >= total / 100;
  return `${bytes(size)} ${word}${moves ? `, ${shortShare(usedAfter / total)}` : ''}`;
}

/**
 * The most urgent advice about the row's server, else its project, else the machine. Mere remarks are left out.
 */
function adviceFor(all: readonly Advice[], row: Row | null): Advice | null {
  const project = row === null || row.type === 'system' ? null : (row.project?.id ?? null);
  const server = row === null || row.type === 'system' ? null : (serverOf(row)?.key ?? null);
  const news = all.filter(({ kind, severity }) => kind !== 'idle-workers' && severity !== 'info');
  return (
    news.find(({ about }) => server !== null && about.type === 'process' && about.server === server) ??
    news.find((advice) => project !== null && projectOf(advice)?.id === project) ??
    news.find(({ about }) => about.type === 'machine') ??
    null
  );
}

function spoken({ text, severity }: Advice, theme: Theme): Said {
  return { text, style: severity === 'critical' ? theme.error : theme.warning };
}
