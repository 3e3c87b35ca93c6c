import type { HistoryReader } from '../../model/history/history-reader.ts';
import type { Answer } from '../answer.ts';
import type { Panel } from '../mode.ts';
import type { AppState } from '../state.ts';
import { keyInActions } from './actions.ts';
import { keyInAdvice } from './advice.ts';
import { keyInConfirm } from './confirm.ts';
import { keyInDetails } from './details.ts';
import { keyInFit } from './fit.ts';
import { keyInFitPlan } from './fit-plan.ts';
import { keyInHistory } from './history.ts';
import { keyInHowMany } from './how-many.ts';
import { keyInLog } from './log.ts';
import { keyInScrolling } from './scrolling.ts';
import { keyInSettings } from './settings.ts';
import { keyInSort } from './sort.ts';
import { keyInTune } from './tune.ts';

/** Handles a key while a panel is open. */
export function keyInPanel(
  state: AppState,
  panel: Panel,
  key: string,
  character: string | null,
  history: HistoryReader,
): Answer {
  switch (panel.type) {
    case 'confirm':
      return keyInConfirm(state, panel, key);
    case 'fit':
      return keyInFit(state, panel, key, character, history);
    case 'fit-plan':
      return keyInFitPlan(state, panel, key);
    case 'sort':
      return keyInSort(state, panel, key);
    case 'settings':
      return keyInSettings(state, panel, key);
    case 'actions':
      return keyInActions(state, panel, key);
    case 'advice':
      return keyInAdvice(state, panel, key, history);
    case 'how-many':
      return keyInHowMany(state, panel, key);
    case 'history':
      return keyInHistory(state, panel, key);
    case 'log':
      return keyInLog(state, panel, key);
    case 'tune':
      return keyInTune(state, panel, key);
    case 'details':
      return keyInDetails(state, panel, key);
    case 'help':
    case 'memory':
      return keyInScrolling(state, panel, key);
  }
}
