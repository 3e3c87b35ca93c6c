import { unescapeOctal } from '../../../text/octal.ts';
/**
 * Where a directory of a container is mounted from: its path in its own file system, from the fourth field of
 * proc_pid_mountinfo(5). Null for a directory of the container's own.
 */
export function sourceOf(directory: string, mountinfo: string): string | null {
  let found: { readonly root: string; readonly point: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [, , , root, point] = line.split(' ', 5);
    if (root === undefined || point === undefined || point === '/' || root === '/') continue;
    const [from, to] = [unescapeOctal(root), unescapeOctal(point)];
    if (directory !== to && !directory.startsWith(`${to}/`)) continue;
    if (found === null || to.length >= found.point.length) found = { root: from, point: to };
  }
  return found === null ? null : `${found.root}${directory.slice(found.point.length)}`;
}
