/**
 * Longest time that a command waits for users' files, in seconds. What they say gives projects their names, so it must be
 * there before a target is looked for.
 */
export const FILES_TIMEOUT = 0.5;
