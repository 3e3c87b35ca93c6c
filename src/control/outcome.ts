/** Why nothing was done, as a sentence; null if it was done. */
export type Outcome = string | null;
