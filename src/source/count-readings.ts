import { createReadStream } from 'node:fs';
import { constants, createGunzip } from 'node:zlib';

const NEWLINE = 10;

/** The number of whole readings in a recording: its lines without the heading. Null if it cannot be read. */
export async function countReadings(path: string): Promise<number | null> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })) : file;
  file.on('error', (error) => input.destroy(error));
  let lines = 0;
  try {
    for await (const chunk of input) {
      const bytes: Buffer = chunk;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
    }
  } catch {
    return null;
  }
  return Math.max(0, lines - 1);
}
