/**
 * Whether a name matches a pattern of `*` (any characters) and `?` (one). Takes at most length × length steps, whatever the
 * pattern: only the last `*` is ever tried again.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  let [at, next] = [0, 0];
  let star = -1;
  let tried = 0;
  while (at < name.length) {
    if (pattern[next] === '*') {
      star = next++;
      tried = at;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === name[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      tried += 1;
      at = tried;
      next = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next += 1;
  return next === pattern.length;
}
