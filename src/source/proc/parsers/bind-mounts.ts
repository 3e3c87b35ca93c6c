/**
 * Where a directory of a container is mounted from: its path in the file system that it is in, as the fourth field of
 * proc_pid_mountinfo(5) tells it. Null for a directory of the container's own.
 */
export function sourceOf(directory: string, mountinfo: string): string | null {
  let found: { readonly root: string; readonly point: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [, , , root, point] = line.split(' ', 5);
    if (root === undefined || point === undefined || point === '/' || root === '/') continue;
    const [from, to] = [unescaped(root), unescaped(point)];
    if (directory !== to && !directory.startsWith(`${to}/`)) continue;
    if (found === null || to.length >= found.point.length) found = { root: from, point: to };
  }
  return found === null ? null : `${found.root}${directory.slice(found.point.length)}`;
}

/** Spaces and the like are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
