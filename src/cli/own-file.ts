import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HelperFiles } from '../source/files/helper-files.ts';
import { liesHere } from '../source/files/lies-here.ts';
import { fileHelper } from './beside.ts';

/** Bytes: no configuration file is longer. */
const LONGEST = 1024 * 1024;

/**
 * Reads a file of the user. If it lies on a network or FUSE file system, such as a home on NFS, a helper process reads
 * it, which can be left behind.
 * @throws errors of open(2) and read(2); one with the code ETIMEDOUT if there is no answer
 */
export async function readOwnFile(path: string): Promise<string> {
  if (process.platform !== 'linux' || liesHere(resolve(path))) return readFileSync(path, 'utf8');
  const files = new HelperFiles(fileHelper());
  const viewpoint = { key: '', owner: null, process: null };
  const question = { kind: 'lines', path: resolve(path), wanted: /^/, limit: LONGEST } as const;
  // The helper does not keep Node's event loop alive, so a timer must.
  const awake = setInterval(() => {}, 1000);
  const answer = await files.ask(viewpoint, question);
  clearInterval(awake);
  files.close();
  switch (answer.status) {
    case 'value':
      return answer.value.join('\n');
    case 'absent':
      throw failure('ENOENT');
    case 'denied':
      throw failure('EACCES');
    case 'unknown':
      throw failure('ETIMEDOUT');
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
