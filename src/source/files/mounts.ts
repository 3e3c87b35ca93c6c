import { unescapeOctal } from '../../text/octal.ts';
import type { Mount } from './files.ts';

/** A mounted file system, as far as known without touching it. */
export interface MountedFiles extends Mount {
  /**
   * `local`: this machine's disks or memory. `remote`: a network or a user's program has to answer. `trigger`: autofs,
   * which mounts when touched. `kernel`: holds no users' files.
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

/** Parses proc_pid_mountinfo(5). Of several mounts on one directory, the last is the visible one. */
export function parseMounts(mountinfo: string): Mounts {
  const mounts = new Map<string, MountedFiles>();
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, , point] = before.split(' ');
    const [type = ''] = after.split(' ', 1);
    if (device === undefined || point === undefined) continue;
    const path = unescapeOctal(point);
    mounts.set(path, { device, point: path, kind: kindOf(type, path) });
  }
  return mounts;
}

/** The mount that a path lies on, without following links in it. */
export function mountOf(path: string, mounts: Mounts): MountedFiles | null {
  for (let directory = path; ; directory = directory.slice(0, Math.max(1, directory.lastIndexOf('/')))) {
    const mount = mounts.get(directory);
    if (mount !== undefined) return mount;
    if (directory.length <= 1) return null;
  }
}

function kindOf(type: string, point: string): MountedFiles['kind'] {
  // The root counts as local even on a network, as in some virtual machines: without it nothing works.
  if (local.has(type) || point === '/') return 'local';
  if (remote.has(type) || type.startsWith('fuse.')) return 'remote';
  return type === 'autofs' ? 'trigger' : 'kernel';
}
