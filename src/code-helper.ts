import { closeSync, constants, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';

// The process that writes compiled code: its arguments are the file and the number of bytes that come on standard input.
// A disk that does not answer blocks it and not the dashboard.

const [path = '', expected] = process.argv.slice(2);
const parts: Buffer[] = [];
process.stdin.on('data', (part: Buffer) => parts.push(part));
process.stdin.on('end', () => {
  const bytes = Buffer.concat(parts);
  // Fewer come if workertop ends meanwhile.
  if (bytes.length === Number(expected)) write(path, bytes);
});

/** Replaces a file as a whole, or leaves it as it is: the package may be on a file system that is read-only. */
function write(path: string, bytes: Buffer): void {
  const fresh = `${path}.${process.pid}`;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(fresh, flags, 0o644);
    try {
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, path);
  } catch {
    remove(fresh);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
