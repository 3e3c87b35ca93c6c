/** What the terminal's text stands on, where that is known. */
export type Ground = 'dark' | 'light' | 'unknown';
