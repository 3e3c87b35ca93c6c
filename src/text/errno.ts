/** The code of a system error, such as `ENOENT`; null for any other error. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Why a file cannot be opened, in words. */
export function fileProblem(error: unknown): string {
  const code = errorCode(error);
  return words[code ?? ''] ?? code ?? String(error);
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'there is no such directory',
  EISDIR: 'it is a directory',
  ENXIO: 'nobody reads it',
  ENOTSUP: 'it is not a regular file',
  EFBIG: 'it is too large',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ETIMEDOUT: 'its file system does not answer',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'no space is left',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
};
