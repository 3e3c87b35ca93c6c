import { type Answer, closed, withPanel } from '../answer.ts';
import { hideableColumns } from '../columns.ts';
import { commandFor } from '../keymap.ts';
import type { PanelOf } from '../mode.ts';
import { isBack, stepOf } from '../moving.ts';
import { confirmNames, themeNames, type ViewSettings } from '../settings.ts';
import type { AppState } from '../state.ts';

/** Seconds to choose from. */
const delays = [0.5, 1, 2, 3, 5, 10, 30, 60] as const;

/** One line of the settings. */
export interface SettingLine {
  readonly label: string;
  /** The present value, for people. */
  value(settings: ViewSettings): string;
  change(settings: ViewSettings, direction: 1 | -1): ViewSettings;
}

function next<Value>(values: readonly Value[], now: Value, direction: 1 | -1): Value {
  const index = values.indexOf(now);
  return values[(index + direction + values.length) % values.length] ?? now;
}

/** Every line, in its order. */
export const settingLines: readonly SettingLine[] = [
  {
    label: 'Theme',
    value: ({ theme }) => theme,
    change: (settings, direction) => ({ ...settings, theme: next(themeNames, settings.theme, direction) }),
  },
  {
    label: 'Seconds between readings',
    value: ({ delay }) => String(delay),
    change: (settings, direction) => ({ ...settings, delay: nextDelay(settings.delay, direction) }),
  },
  {
    label: '+ and - ask first',
    value: ({ confirm }) => ({ always: 'each time', first: 'once a session', never: 'never' })[confirm],
    change: (settings, direction) => ({ ...settings, confirm: next(confirmNames, settings.confirm, direction) }),
  },
  {
    label: 'Mouse',
    value: ({ mouse }) => (mouse ? 'on (Shift selects text)' : 'off'),
    change: (settings) => ({ ...settings, mouse: !settings.mouse }),
  },
  ...Object.entries(hideableColumns).map(
    ([name, label]): SettingLine => ({
      label: `Column: ${label}`,
      value: ({ hidden }) => (hidden.includes(name) ? 'hidden' : 'shown'),
      change: (settings) => ({
        ...settings,
        hidden: settings.hidden.includes(name)
          ? settings.hidden.filter((column) => column !== name)
          : [...settings.hidden, name],
      }),
    }),
  ),
];

function nextDelay(delay: number, direction: 1 | -1): number {
  const found = direction > 0 ? delays.find((other) => other > delay) : delays.findLast((other) => other < delay);
  return found ?? delay;
}

/** Handles a key in the settings. Changes apply at once; `s` saves them. */
export function keyInSettings(state: AppState, panel: PanelOf<'settings'>, key: string): Answer {
  const line = settingLines[panel.index];
  if (key === 's') return [state, [{ type: 'save', settings: state.settings }]];
  if (isBack(key) || commandFor(key) === 'settings') return [closed(state), []];
  if (line !== undefined && (key === 'right' || key === 'space' || key === 'enter')) {
    return [{ ...state, settings: line.change(state.settings, 1) }, []];
  }
  if (line !== undefined && key === 'left') return [{ ...state, settings: line.change(state.settings, -1) }, []];
  const index = Math.max(0, Math.min(settingLines.length - 1, panel.index + (stepOf(key, 10) ?? 0)));
  return [withPanel(state, { ...panel, index }), []];
}
