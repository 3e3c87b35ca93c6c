import { findServer } from '../../model/lookup.ts';
import { isRefused } from '../../model/refused.ts';
import { type Answer, closed, refuse, withPanel } from '../answer.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, stepOf } from '../moving.ts';
import { changeServer, targetOf } from '../scaling.ts';
import { type AppState, selectedRow } from '../state.ts';

/** Workers above the present number that are offered. */
const MORE = 3;

/** Opens the panel about the server of the selected row. */
export function openHowMany(state: AppState): Answer {
  const row = selectedRow(state);
  if (row === null) return [state, []];
  // A worker's row stands for its server.
  const target = row.type === 'process' && row.server !== null ? row.server : targetOf(row);
  if (isRefused(target)) return refuse(state, target.refused);
  return [withPanel(state, { type: 'how-many', server: target.key, workers: target.workers.current }), []];
}

/** Arrows choose a number of workers, Enter goes there by the same way as `+` and `-`. */
export function keyInHowMany(state: AppState, panel: PanelOf<'how-many'>, key: string): Answer {
  const found = findServer(state.model, panel.server);
  if (found === null || isBack(key) || commandFor(key) === 'how-many') return [closed(state), []];
  const { server } = found;
  const { current, floor } = server.workers;
  if (key === 'enter') {
    const table = closed(state);
    return panel.workers === current ? [table, []] : changeServer(table, server, panel.workers - current);
  }
  const wanted = panel.workers + (stepOf(key, MORE) ?? 0);
  return [withPanel(state, { ...panel, workers: Math.max(floor, Math.min(current + MORE, wanted)) }), []];
}
