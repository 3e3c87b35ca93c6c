export type NoticeLevel = 'info' | 'warning' | 'error';

/** Something to tell, until the next key. */
export interface Notice {
  readonly level: NoticeLevel;
  readonly text: string;
}

/** Something that was told in this session, for the log. */
export interface Note extends Notice {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
}
