/** Columns that can be hidden, with what they tell. */
export const hideableColumns = {
  virtualenv: 'virtualenv',
  workers: 'workers',
  mem: 'memory',
  bar: 'bar',
  share: 'share of what is used',
  frees: 'what a trim frees',
  swap: 'swap',
  cpu: 'CPU',
  queue: 'connections waiting',
  trend: 'last hour',
} as const;

export type HideableColumn = keyof typeof hideableColumns;
