import { inUsePhrase, sharePhrase } from '../model/activity/words.ts';
import { type Advice, projectOf } from '../model/advice/advice.ts';
import { lull, type Usage, usage } from '../model/history/utilisation.ts';
import { beyondMost, type Model, type Project, type Server } from '../model/model.ts';
import { nextToStop } from '../model/scaling/next-to-stop.ts';
import { priceOfStep, type StepPrice } from '../model/scaling/price.ts';
import { serversMeant, severalMeant } from '../model/scaling/target.ts';
import { type Row, serverOf } from '../state/row.ts';
import { selectedRow } from '../state/state.ts';
import { baseName } from '../text/base-name.ts';
import { clean } from '../text/sanitize.ts';
import { cutName } from '../text/width.ts';
import { bytes, duration, memoryText, plural, shortShare } from './format.ts';
import { shortAddress } from './name.ts';
import { unitOf, withoutProviso } from './reminder.ts';
import type { Message, Said } from './said.ts';
import type { Scene } from './scene.ts';
import type { Style } from './style.ts';
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
    title: said(titleOf(row, project, server, scene), theme),
    left: [
      inForms(stateOf(server, scene), theme.strong),
      advice === null ? inForms(settingOf(server), theme.faint) : spoken(advice, theme),
    ],
    right: prices(row, server, state.model, theme),
  };
}

/** A text, and shorter ones to the same effect. */
function inForms([text, ...shorter]: readonly [string, ...string[]], style: Style): Said {
  return { text, shorter, style };
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
      said(`${count} without a project, ${memoryText(system.memory)}.`, theme),
      ...(advice === null ? [] : [spoken(advice, theme)]),
    ],
    right: [],
  };
}

/** The message for a process outside servers, or a project with several servers. */
function aboutOthers(row: Row, project: Project | null, advice: Advice | null, scene: Scene): Message {
  const { theme } = scene;
  const advised = advice === null ? [] : [spoken(advice, theme)];
  if (row.type === 'process') {
    const title = project === null ? 'system' : shortName(project, scene);
    return {
      title: said(`${title} · process ${row.process.pid}`, theme),
      left: [said(row.process.command, theme), ...advised],
      right: [],
    };
  }
  const meant = project === null ? [] : serversMeant(project);
  const name = project === null ? '' : shortName(project, scene);
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

/** The name of a project, cut to less than half the screen. */
function shortName({ name }: Project, { state, theme }: Scene): string {
  return cutName(clean(name), Math.floor(state.columns * 0.45), theme.glyphs.ellipsis);
}

function titleOf(row: Row, project: Project, server: Server, scene: Scene): string {
  const { definition } = server;
  const address = shortAddress(server);
  const what = clean(project.name) === definition.label ? address : `${definition.label} ${address}`.trim();
  const process = row.type === 'process' ? `${row.process.role ?? 'process'} ${row.process.pid}` : '';
  return [shortName(project, scene), what, process].filter(Boolean).join(' · ');
}

/** How many workers there are, how many of them are in use, and who waits; shorter without the first, which the row tells. */
function stateOf(server: Server, scene: Scene): readonly [string, ...string[]] {
  const { workers, queue, definition } = server;
  const count = workers.current > 0 ? [plural(workers.current, 'worker')] : [];
  const use = (workers.current > 0 ? usePhrase(server, scene) : null) ?? [];
  const waiting = queue === null || definition.category !== 'app' ? [] : [`${queue} waiting`];
  const parts = [count, use, waiting].flat();
  if (parts.length === 0) return [`${memoryText(server.memory)} of memory`];
  const shorter = [[use, waiting].flat(), waiting].filter((some) => some.length > 0);
  return [parts.join('   '), ...shorter.map((some) => some.join('   '))];
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
function settingOf(server: Server): readonly [string, ...string[]] {
  const { scaling, workers } = server;
  if (!scaling.available) return [scaling.reason, `${beforeColon(scaling.reason).split(', and ')[0]}.`];
  const { count, where } = workers.configured;
  const [place = ''] = where.split(';');
  const starter = unitOf(server.startedBy);
  // A command line is set in the unit that starts the server.
  const short = starter === null ? place : place.replace(/ on the command line$/, ` in ${starter}`);
  if (count === null) return [`Configured: ${short}`, `Configured: ${beforeColon(short)}`];
  const sure = withoutProviso(short);
  const [line = '', ...path] = sure.split(' in /');
  const file = path.length === 0 ? [] : [`Set by ${line} in ${baseName(path.join(' in /'))}`];
  return [`Configured: ${count}, by ${short}`, `Set by ${sure}`, ...file, `Set by ${line}`];
}

/** What a text says before it explains itself. */
function beforeColon(text: string): string {
  return text.split(': ')[0] ?? text;
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
  if (current <= floor) return `-: ${floor} is the minimum`;
  const [goes] = nextToStop(server);
  const isOther =
    row.type === 'process' && row.process.role === 'worker' && goes !== undefined && goes.key !== row.process.key;
  const who = isOther ? ` (${goes.pid} goes)` : '';
  return `- to ${current - 1}: ${stepText(priceOfStep(server, -1, model), 'less', model)}${who}`;
}

function addText(server: Server, model: Model): string {
  const { current } = server.workers;
  if (beyondMost(server, current + 1) !== null) return `+: ${current} is the maximum`;
  const price = priceOfStep(server, 1, model);
  const fits = price.fits === false ? ', does not fit' : '';
  return `+ to ${current + 1}: ${stepText(price, 'more', model)}${fits}`;
}

/** Bytes first; percent only if it changes by a point. */
function stepText({ bytes: size, usedAfter }: StepPrice, word: 'less' | 'more', { host }: Model): string {
  if (size === null) return 'memory unknown';
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
