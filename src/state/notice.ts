export type NoticeLevel = 'info' | 'warning' | 'error';

/** A message that stays until the next key. */
export interface Notice {
  readonly level: NoticeLevel;
  readonly text: string;
}

/** A message of this session, for the log. */
export interface Note extends Notice {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
}
