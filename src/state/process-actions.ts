import type { Model } from '../model/model.ts';
import { availableActions, type Offer } from '../model/scaling/process-actions.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Effect } from './action.ts';
import { type Answer, closed, readOnlyReason, withNotice, withPanel } from './answer.ts';
import type { Panel } from './mode.ts';
import { processOf, type Row, serverOf } from './row.ts';
import type { AppState } from './state.ts';

/** The actions for the process of a row; none for a group. */
export function rowOffers(row: Row): readonly Offer[] {
  const process = processOf(row);
  if (process === null) return [];
  return availableActions(process, serverOf(row));
}

/** The question before an action that ends or interrupts a process. It stays with that process when rows move. */
function confirmation(row: Row, { action, label }: Offer): Panel | null {
  const process = processOf(row);
  if (process === null) return null;
  const where = row.type !== 'system' && row.project ? ` of ${row.project.name}` : '';
  // A server of one process has no master and no workers.
  const what = process.role === null || process.role === 'single' ? 'process' : process.role;
  return {
    type: 'confirm',
    question: [`${capital(action)} ${what} ${process.pid}${where}?`, process.command, `${label}.`],
    effects: [{ type: 'act', action, process: process.key }],
  };
}

/** Whether all processes have ended that these effects are about. */
export function allEnded(effects: readonly Effect[], { projects, system }: Model): boolean {
  const keys = effects.flatMap((effect) => {
    if (effect.type === 'act') return effect.process;
    if (effect.type === 'scale') return effect.server;
    return effect.type === 'set' ? effect.wanted.server : [];
  });
  const lives = (key: ProcessKey) =>
    [system, ...projects].some(({ processes }) => processes.some((process) => process.key === key)) ||
    projects.some(({ servers }) =>
      // An app of pm2 has no process of its own, so its key names none.
      servers.some((server) => server.key === key || server.processes.some((process) => process.key === key)),
    );
  return keys.length > 0 && !keys.some(lives);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Performs an action, after a question if it ends or interrupts something. */
export function choose(state: AppState, row: Row, offer: Offer): Answer {
  const process = processOf(row);
  const readOnly = readOnlyReason(state);
  if (readOnly !== null) return [withNotice(closed(state), 'warning', readOnly), []];
  if (offer.refusal !== null || process === null) {
    const text = `Cannot ${offer.action}: ${offer.refusal ?? 'there is no process'}.`;
    return [withNotice(closed(state), 'warning', text), []];
  }
  if (offer.action === 'continue') {
    return [closed(state), [{ type: 'act', action: 'continue', process: process.key }]];
  }
  const question = confirmation(row, offer);
  return [question === null ? closed(state) : withPanel(state, question), []];
}
