import { beyondMost, type Server, serverTitle } from '../model/model.ts';
import { isRefused, type Refused } from '../model/refused.ts';
import { commandText, ownerOf } from '../model/scaling/command-text.ts';
import { freedBy, nextToStop } from '../model/scaling/next-to-stop.ts';
import { serversMeant, severalMeant } from '../model/scaling/target.ts';
import { bytes, plural } from '../text/figures.ts';
import type { Effect } from './action.ts';
import { type Answer, readOnlyReason, refuse, tuningReason, withPanel } from './answer.ts';
import type { Panel } from './mode.ts';
import type { Question } from './operation.ts';
import { type Row, type RowId, serverOf } from './row.ts';
import { type AppState, panelOf, running, selectedRow } from './state.ts';

/** `+` and `-` on the tagged servers, else on the selected row. A refusal is shown, and nothing is sent. */
export function changeWorkers(state: AppState, delta: 1 | -1): Answer {
  const readOnly = readOnlyReason(state);
  if (readOnly !== null) return refuse(state, readOnly);
  const tagged = taggedServers(state);
  if (tagged.length > 0) return changeAll(state, tagged, delta);
  const row = selectedRow(state);
  if (row === null) return [state, []];
  const target = targetOf(row);
  if (isRefused(target)) return refuse(state, target.refused);
  return changeServer(state, target, delta);
}

/** Adds or trims workers of one server. Every key goes this way. */
export function changeServer(state: AppState, server: Server, delta: number): Answer {
  const readOnly = readOnlyReason(state);
  if (readOnly !== null) return refuse(state, readOnly);
  const refused = whyNot(state, server, delta);
  if (refused !== null) return refuse(state, refused);
  const question =
    (state.allowed.has(server.key) ? null : commandQuestion(state, server, delta)) ??
    changeQuestion(state, server, delta);
  if (question !== null) return [withPanel(state, question), []];
  return [{ ...state, notice: null }, [{ type: 'scale', server: server.key, delta }]];
}

/** The question before a program of the project runs: which program, and as whom. Null if none is run. */
function commandQuestion({ model }: AppState, server: Server, delta: number): Panel | null {
  if (model === null || commandText(server, delta > 0 ? 1 : -1, model) === null) return null;
  // Show both: the question is asked once, and undoing uses the other command.
  const commands = ([1, -1] as const).flatMap((direction) => commandText(server, direction, model) ?? []);
  const { label } = server.definition;
  return {
    type: 'confirm',
    question: [
      `${label} does not scale by signals. Its own commands to add and to trim are:`,
      ...commands,
      `Run them as ${ownerOf(server)}? (Asked once for ${serverTitle(server)}.)`,
    ],
    effects: [{ type: 'scale', server: server.key, delta }],
    server: server.key,
  };
}

/** Asks as the settings say, and before a trim while connections wait. A change under way needs no more questions. */
function changeQuestion(state: AppState, server: Server, delta: number): Panel | null {
  const { confirm } = state.settings;
  const isRunning = running(state).some((operation) => operation.server === server.key);
  if (confirm === 'never' || isRunning) return null;
  const waiting = delta < 0 ? (server.queue ?? 0) : 0;
  if (confirm === 'first' && state.agreed && waiting === 0) return null;
  return {
    type: 'confirm',
    question: [
      ...questionOf(state, server, delta),
      ...(waiting > 0 ? [`${plural(waiting, 'connection')} waiting.`] : []),
    ],
    effects: [{ type: 'scale', server: server.key, delta }],
    scaling: true,
  };
}

function questionOf({ settings, model }: AppState, server: Server, delta: number): readonly string[] {
  const { current } = server.workers;
  const project = model?.projects.find(({ servers }) => servers.includes(server))?.name ?? serverTitle(server);
  const once = settings.confirm === 'first' ? ' (Asked once a session; F2 changes that.)' : '';
  const many = Math.abs(delta);
  const some = many === 1 ? 'a worker' : plural(many, 'worker');
  if (delta > 0) return [`Add ${some} to ${project}: ${current} → ${current + delta}?`, `u undoes it.${once}`];
  const going = nextToStop(server)
    .slice(0, many)
    .map(({ pid }) => pid);
  const frees = freedBy(server, many);
  const who = going.length === 0 ? '' : `${serverTitle(server)} chooses who goes: ${going.join(', ')}. `;
  const gain = frees === null ? '' : `${many === 1 ? 'It frees' : 'They free'} ≈${bytes(frees)}. `;
  return [`Trim ${some} of ${project}: ${current} → ${current + delta}?`, `${who}${gain}u undoes it.${once}`];
}

/** The consent that yes gives. Newer code is asked about last. */
const consents = { size: 'size', unknown: 'size', memory: 'memory', code: 'all' } as const;

const whatYesDoes = {
  size: 'y adds them.',
  unknown: 'y adds them.',
  memory: 'They do not fit. y adds them anyway.',
  code: 'y adds it with that code.',
} as const;

/**
 * Asks before adding workers that are many or do not fit. Questions for several servers, such as tagged ones, become
 * one.
 */
export function withQuestion(state: AppState, { text, because, wanted }: Question): AppState {
  const panel = panelOf(state);
  const before = panel?.type === 'confirm' && panel.explicit === true ? panel : { question: [], effects: [] };
  const why = whatYesDoes[because];
  const question = [...before.question.filter((line) => line !== why), text, why];
  const effect: Effect = { type: 'set', wanted, consent: consents[because] };
  return withPanel(state, { type: 'confirm', question, effects: [...before.effects, effect], explicit: true });
}

function changeAll(state: AppState, servers: readonly Server[], delta: 1 | -1): Answer {
  const effects: Effect[] = [];
  const refusals: string[] = [];
  for (const server of servers) {
    const unasked = server.scaling.method === 'command' && !state.allowed.has(server.key);
    const asks = `${serverTitle(server)} needs a confirmation of its own: select it alone first.`;
    const refused = whyNot(state, server, delta) ?? (unasked ? asks : null);
    if (refused === null) effects.push({ type: 'scale', server: server.key, delta });
    else refusals.push(refused);
  }
  const [first] = refusals;
  if (first === undefined) return [{ ...state, notice: null }, effects];
  const others = refusals.length > 1 ? ` (and ${plural(refusals.length - 1, 'other')})` : '';
  return [{ ...state, notice: { level: 'warning', text: first + others } }, effects];
}

/** The servers whose rows are tagged. */
export function taggedServers(state: AppState): readonly Server[] {
  const { model, tagged } = state;
  if (model === null || tagged.size === 0) return [];
  return model.projects.flatMap(({ servers }) => servers.filter(({ key }) => tagged.has(`server:${key}`)));
}

/** The server that a row stands for, by the same rule as `scale`; a refusal if there is none, or several. */
export function targetOf(row: Row): Server | Refused {
  if (row.type === 'system') return { refused: 'No workers here. Select a project or a server.' };
  const server = serverOf(row);
  if (server !== null) return server;
  if (row.type !== 'project')
    return { refused: 'No workers here: it is not part of a server. Select a project or a server.' };
  const { name } = row.project;
  const meant = serversMeant(row.project);
  const [first] = meant;
  if (first === undefined) return { refused: `${name} has no server.` };
  return meant.length > 1 ? { refused: `${severalMeant(name, meant)} Select one.` } : first;
}

/** Why a server cannot have one worker more or fewer, as a sentence; null if it can. */
function whyNot(state: AppState, server: Server, delta: number): string | null {
  const { scaling, workers } = server;
  if (state.tuning?.server === server.key) {
    const tuned = tuningReason(state);
    if (tuned !== null) return tuned;
  }
  if (!scaling.available) return delta > 0 ? scaling.reasonToAdd : scaling.reason;
  const change = running(state).find((operation) => operation.server === server.key);
  const target = (change?.target ?? workers.current) + delta;
  if (delta > 0) return beyondMost(server, target);
  if (target >= workers.floor) return null;
  return `${serverTitle(server)} has ${plural(workers.floor, 'worker')} left: that is the fewest.`;
}

/** Tags or untags the selected server. */
export function tag(state: AppState): Answer {
  const row = selectedRow(state);
  if (row === null) return [state, []];
  const target = targetOf(row);
  if (isRefused(target)) return refuse(state, target.refused);
  const id: RowId = `server:${target.key}`;
  const tagged = new Set(state.tagged);
  if (!tagged.delete(id)) tagged.add(id);
  return [{ ...state, tagged }, []];
}
