import { statSync } from 'node:fs';
import { errorCode } from '../text/errno.ts';
import { UnsafePath } from './checked-directory.ts';
import { type NamedFile, readNamedFile } from './named-file.ts';
import type { FileReply, FileRequest } from './own-files.ts';
import { readPrivately, removePrivately, replacePrivately } from './private-text.ts';
import { replaceFile } from './public-file.ts';

/** Does what is asked, and blocks if the file system does: only for a process that may be left behind. */
export function answerRequest(request: FileRequest): FileReply {
  try {
    return { done: true, text: null, mode: 0, ...perform(request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { done: false, unsafe: error instanceof UnsafePath, code: errorCode(error), message };
  }
}

function perform({ kind, path, text }: FileRequest): Partial<NamedFile> | { readonly text: string | null } {
  switch (kind) {
    case 'read':
      return { text: readPrivately(path) };
    case 'replace':
      replacePrivately(path, text);
      return {};
    case 'remove':
      removePrivately(path);
      return {};
    case 'readNamed':
      return readNamedFile(path);
    case 'publish':
      replaceFile(path, text);
      return {};
    case 'probe':
      statSync(path, { throwIfNoEntry: false });
      return {};
  }
}
