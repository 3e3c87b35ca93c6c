/** Directories that hold many things, such as homes, /srv and /usr. */
const general =
  /^\/(?:home(?:\/[^/]+(?:\/(?:s?bin|go))?)?|root(?:\/(?:s?bin|go))?|srv|opt|tmp|usr(?:\/(?:local|src|share|lib|bin|sbin))?|etc|run|var(?:\/(?:www|lib|log|run|tmp|spool|cache))?)?$/;

/** Whether a directory holds many things, not one project. A marker in it (a home under git) makes no project. */
export function isGeneralDirectory(path: string): boolean {
  return general.test(path);
}
