import { UnsafePath } from './checked-directory.ts';
import type { NamedFile } from './named-file.ts';

/**
 * Files of workertop's own, and files that its user has named. They may lie on a mount that never answers. All methods
 * reject with UnsafePath, or with the system's error; its code is ETIMEDOUT if no answer came.
 */
export interface OwnFiles {
  /** A private file of workertop's own; null if there is none. */
  read(path: string): Promise<string | null>;
  replace(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** A file that the user has named. */
  readNamed(path: string): Promise<NamedFile>;
  /** Replaces a file that everybody may read. */
  publish(path: string, text: string): Promise<void>;
  /** Resolves if the path answers, whether there is something or not. */
  probe(path: string): Promise<void>;
}

/** A message to the helper process, one line of JSON. */
export interface FileRequest {
  readonly kind: keyof OwnFiles;
  readonly path: string;
  readonly text: string;
}

/** The answer to a request, one line of JSON. */
export type FileReply =
  | { readonly done: true; readonly text: string | null; readonly mode: number }
  | { readonly done: false; readonly unsafe: boolean; readonly code: string | null; readonly message: string };

/** The error in a reply. */
export function errorOf({ unsafe, code, message }: FileReply & { done: false }): Error {
  if (unsafe) return new UnsafePath(message);
  return code === null ? new Error(message) : Object.assign(new Error(message), { code });
}
