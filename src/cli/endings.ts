/** Exit codes for signals that end a command: 128 plus the signal's number. */
export const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
