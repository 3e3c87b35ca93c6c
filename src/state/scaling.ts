import { beyondMost, ownHead, type Server, serverTitle } from '../model/model.ts';
import { commandText, ownerOf } from '../model/scaling/command-text.ts';
import { plural } from '../text/figures.ts';
import type { Effect } from './action.ts';
import type { Question } from './operation.ts';
import type { Row, RowId } from './row.ts';
import { type AppState, type Panel, running, selectedRow } from './state.ts';

type Answer = readonly [AppState, readonly Effect[]];

/** `+` and `-` on what is tagged, or else on what is selected. What cannot be done is said, and nothing is sent. */
export function changeWorkers(state: AppState, delta: 1 | -1): Answer {
  if (state.readOnly) return refuse(state, 'workertop was started with --read-only: it sends no signals.');
  const tagged = taggedServers(state);
  if (tagged.length > 0) return changeAll(state, tagged, delta);
  const row = selectedRow(state);
  if (row === null) return [state, []];
  const target = targetOf(row);
  if (typeof target === 'string') return refuse(state, target);
  const refused = whyNot(state, target, delta);
  if (refused !== null) return refuse(state, refused);
  const question = state.allowed.has(target.key) ? null : commandQuestion(state, target, delta);
  if (question !== null) return [{ ...state, panel: question }, []];
  return [{ ...state, notice: null }, [{ type: 'scale', server: target.key, delta }]];
}

/** A program of the project is run only once the user has seen which, and as whom. */
function commandQuestion({ model }: AppState, server: Server, delta: 1 | -1): Panel | null {
  if (model === null || commandText(server, delta, model) === null) return null;
  // Both, since it is asked but once, and the way back is the other one.
  const commands = ([1, -1] as const).flatMap((direction) => commandText(server, direction, model) ?? []);
  const { label } = server.definition;
  return {
    type: 'confirm',
    question: [
      `${label} takes no signals for this. It has commands of its own, to add and to trim:`,
      ...commands,
      `Run them as ${ownerOf(server)}? It is asked once for ${serverTitle(server)}.`,
    ],
    effects: [{ type: 'scale', server: server.key, delta }],
    server: server.key,
  };
}

/** Asks before workers are added that are many or do not fit. Several such questions, as of tagged servers, become one. */
export function withQuestion(state: AppState, { text, because, wanted }: Question): AppState {
  const { panel } = state;
  const before = panel?.type === 'confirm' && panel.explicit === true ? panel : { question: [], effects: [] };
  const why = because === 'memory' ? 'It does not fit. y adds them all the same.' : 'y adds them.';
  const question = [...before.question.filter((line) => line !== why), text, why];
  const effect: Effect = { type: 'set', wanted, consent: because === 'memory' ? 'memory' : 'size' };
  return { ...state, panel: { type: 'confirm', question, effects: [...before.effects, effect], explicit: true } };
}

function changeAll(state: AppState, servers: readonly Server[], delta: 1 | -1): Answer {
  const effects: Effect[] = [];
  const refusals: string[] = [];
  for (const server of servers) {
    const unasked = server.scaling.method === 'command' && !state.allowed.has(server.key);
    const asks = `${serverTitle(server)} is asked for by itself first.`;
    const refused = whyNot(state, server, delta) ?? (unasked ? asks : null);
    if (refused === null) effects.push({ type: 'scale', server: server.key, delta });
    else refusals.push(refused);
  }
  const [first] = refusals;
  if (first === undefined) return [{ ...state, notice: null }, effects];
  const others = refusals.length > 1 ? ` (and ${plural(refusals.length - 1, 'other')})` : '';
  return [{ ...state, notice: { level: 'warning', text: first + others } }, effects];
}

export function taggedServers(state: AppState): readonly Server[] {
  const { model, tagged } = state;
  if (model === null || tagged.size === 0) return [];
  return model.projects.flatMap(({ servers }) => servers.filter(({ key }) => tagged.has(`server:${key}`)));
}

/** The server that a row means; a sentence where it means none, or several. */
export function targetOf(row: Row): Server | string {
  switch (row.type) {
    case 'server':
      return row.server;
    case 'process': {
      const { process, server } = row;
      if (server === null) return `${process.pid} is no part of a server that workertop knows: select a master.`;
      if (server.scaling.method === 'none') return server;
      const what = `${process.pid} is a ${process.role ?? 'process'}.`;
      const head = ownHead(server);
      return head === null
        ? `${what} Select ${serverTitle(server)} to add and trim workers.`
        : `${what} Only its ${head.role} ${head.pid} adds and trims workers: select that.`;
    }
    case 'system':
      return 'These processes are no servers. Select a master.';
    case 'project': {
      const { servers, name } = row.project;
      const scalable = servers.filter(({ scaling }) => scaling.method !== 'none');
      const [first] = scalable.length > 0 ? scalable : servers;
      if (first === undefined) return `${name} has no server.`;
      return scalable.length > 1 ? `${name} has ${scalable.length} masters. Select one of them.` : first;
    }
  }
}

/** Why a server cannot have one worker more or fewer, as a sentence; null when it can. */
function whyNot(state: AppState, server: Server, delta: 1 | -1): string | null {
  const { scaling, workers } = server;
  if (!scaling.available) return scaling.reason ?? `${server.definition.label} cannot be scaled.`;
  const change = running(state).find((operation) => operation.server === server.key);
  const target = (change?.target ?? workers.current) + delta;
  if (delta > 0) return beyondMost(server, target);
  if (target >= workers.floor) return null;
  return `${serverTitle(server)} has ${plural(workers.floor, 'worker')} left: that is the fewest.`;
}

export function refuse(state: AppState, text: string): Answer {
  return [{ ...state, notice: { level: 'warning', text }, shown: null }, []];
}

/** Tags or untags the selected server. */
export function tag(state: AppState): Answer {
  const row = selectedRow(state);
  if (row === null) return [state, []];
  const target = targetOf(row);
  if (typeof target === 'string') return refuse(state, target);
  const id: RowId = `server:${target.key}`;
  const tagged = new Set(state.tagged);
  if (!tagged.delete(id)) tagged.add(id);
  return [{ ...state, tagged }, []];
}
