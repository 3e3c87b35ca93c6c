/** The terminal's background, if known. */
export type Ground = 'dark' | 'light' | 'unknown';

export const themeNames = ['auto', 'dark', 'light'] as const;
export type ThemeName = (typeof themeNames)[number];

/** The background that a theme is for. @param reported by the terminal, for the theme `auto` */
export function groundOf(theme: ThemeName, reported: Ground): Ground {
  return theme === 'auto' ? reported : theme;
}

/** When `+` and `-` ask before they act: each time, the first time of a session, or never. */
export const confirmNames = ['always', 'first', 'never'] as const;
export type Confirm = (typeof confirmNames)[number];

/** What can be set while the dashboard runs, and is kept in the configuration file. */
export interface ViewSettings {
  /** Seconds between readings. */
  readonly delay: number;
  /** `auto` asks the terminal. */
  readonly theme: ThemeName;
  readonly confirm: Confirm;
  readonly mouse: boolean;
  /** Names of columns not to show. */
  readonly hidden: readonly string[];
}
