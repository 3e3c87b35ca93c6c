import { type Project, type Server, serverTitle } from '../model/model.ts';
import { isRefused } from '../model/refused.ts';
import { whyNotTuned } from '../model/scaling/may-tune.ts';
import { duration, plural } from '../text/figures.ts';
import { type Answer, readOnlyReason, refuse, withNotice, withPanel } from './answer.ts';
import { targetOf } from './scaling.ts';
import { type AppState, isTuning, selectedRow } from './state.ts';
import type { Tuning } from './tuning.ts';

/** `T`: asks before a guided run of the selected row's server; shows the one that runs. */
export function openTune(state: AppState): Answer {
  if (isTuning(state)) return [withPanel(state, { type: 'tune', scroll: 0 }), []];
  const readOnly = readOnlyReason(state);
  if (readOnly !== null) return refuse(state, readOnly);
  const row = selectedRow(state);
  if (row === null) return [state, []];
  const server = targetOf(row);
  if (isRefused(server)) return refuse(state, server.refused);
  const refusal = whyNotTuned(server);
  if (refusal !== null) return refuse(state, refusal);
  const project = state.model?.projects.find(({ servers }) => servers.includes(server));
  if (project === undefined) return [state, []];
  return [
    withPanel(state, {
      type: 'confirm',
      question: questionOf(state, project, server),
      effects: [{ type: 'tune', server: server.key, project: project.name }],
      explicit: true,
    }),
    [],
  ];
}

function questionOf({ tuneWatch }: AppState, { name }: Project, server: Server): readonly string[] {
  const { current } = server.workers;
  return [
    `Tune ${name}, ${serverTitle(server)}, from ${plural(current, 'worker')} down?`,
    `Under load it trims one worker and watches for ${duration(tuneWatch)}. If more requests wait than expected, it puts that worker back at once; otherwise it goes on. Esc stops it and puts the worker back.`,
  ];
}

/** The state with a guided run as it stands; its panel opens when it begins. */
export function withTuning(state: AppState, tuning: Tuning): AppState {
  const begins = !isTuning(state) && tuning.phase === 'running';
  const next = { ...state, tuning };
  if (begins && state.mode.type === 'table') return withPanel(next, { type: 'tune', scroll: 0 });
  const isShown = state.mode.type === 'panel' && state.mode.panel.type === 'tune';
  if (tuning.phase !== 'ended' || isShown) return next;
  return withNotice(next, 'info', tuning.outcome ?? '');
}
