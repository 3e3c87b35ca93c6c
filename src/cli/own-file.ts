import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HelperFiles } from '../source/files/helper-files.ts';
import { liesHere } from '../source/files/lies-here.ts';
import { fileHelper } from './beside.ts';

/** Bytes: no configuration is longer. */
const LONGEST = 1024 * 1024;

/**
 * The text of a file of the user's own. Where another machine or a program has to answer for it, as for a home on NFS, a process reads it
 * that can be left behind.
 * @throws errors of open(2) and read(2); one with the code ETIMEDOUT when there is no answer
 */
export async function readOwnFile(path: string): Promise<string> {
  if (process.platform !== 'linux' || liesHere(resolve(path))) return readFileSync(path, 'utf8');
  const files = new HelperFiles(fileHelper());
  const viewpoint = { key: '', owner: null, process: null };
  const question = { kind: 'lines', path: resolve(path), wanted: /^/, limit: LONGEST } as const;
  // The helper keeps nothing from ending, nor does the wait for it.
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
