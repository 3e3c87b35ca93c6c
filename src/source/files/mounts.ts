import type { Mount } from './files.ts';

/** What is known of a mounted file system without touching it. */
export interface MountedFiles extends Mount {
  /**
   * `local`: on this machine's disks or in its memory. `remote`: somebody else answers: a network, a user's program.
   * `trigger`: autofs, which mounts something when it is touched. `kernel`: no place of files.
   */
  readonly kind: 'local' | 'remote' | 'trigger' | 'kernel';
}

/** By the directory they are mounted on. */
export type Mounts = ReadonlyMap<string, MountedFiles>;

const local = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs nilfs2 tmpfs ramfs rootfs overlay aufs squashfs erofs vfat exfat ntfs3 iso9660 udf ecryptfs'.split(
    ' ',
  ),
);
const remote = new Set(
  'nfs nfs4 cifs smb3 9p virtiofs ceph fuse fuseblk afs lustre gfs2 ocfs2 beegfs orangefs vboxsf vmhgfs prl_fs'.split(
    ' ',
  ),
);

/** What proc_pid_mountinfo(5) says. Of several file systems on one directory the last is the one that is seen. */
export function parseMounts(mountinfo: string): Mounts {
  const mounts = new Map<string, MountedFiles>();
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, , point] = before.split(' ');
    const [type = ''] = after.split(' ', 1);
    if (device === undefined || point === undefined) continue;
    const path = unescaped(point);
    mounts.set(path, { device, point: path, kind: kindOf(type, path) });
  }
  return mounts;
}

/** The mount that a path lies on, its own links aside. */
export function mountOf(path: string, mounts: Mounts): MountedFiles | null {
  for (let directory = path; ; directory = directory.slice(0, Math.max(1, directory.lastIndexOf('/')))) {
    const mount = mounts.get(directory);
    if (mount !== undefined) return mount;
    if (directory.length <= 1) return null;
  }
}

function kindOf(type: string, point: string): MountedFiles['kind'] {
  if (local.has(type)) return 'local';
  // Where everything is on it, as in some virtual machines, it answers or nothing does.
  if (remote.has(type) || type.startsWith('fuse.')) return point === '/' ? 'local' : 'remote';
  return type === 'autofs' ? 'trigger' : 'kernel';
}

/** Blanks and the like are three octal digits there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
