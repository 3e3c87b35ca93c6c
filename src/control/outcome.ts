/** Why nothing was done, as a sentence; null when it was done. */
export type Outcome = string | null;
