import type { ActivityRequest } from '../../source.ts';
import { list, type ReadError, readBytes, readLink, readText } from '../files.ts';
import { KeptFile } from './kept-file.ts';

/** A file that is read again and again into one shared buffer. */
export interface KernelFile {
  /** @returns the number of bytes read */
  read(length?: number, position?: number): number | ReadError;
  close(): void;
}

/** The files that tell what workers do, of this machine or of another one. */
export interface ActivityFiles {
  keep(path: string): KernelFile;
  list(path: string): readonly string[] | null;
  link(path: string): string | null;
  text(path: string): string | null;
  /** Whether tables of connections would contain the process's socket now; if not, they may at the next reading. */
  mayFind(inode: number, pid: number): boolean;
  /** A table of connections as latin1, or only its wanted lines; empty if it cannot be read. */
  table(path: string): string;
}

/** Such files of another machine, which must be asked first. */
export interface AskedActivity extends ActivityFiles {
  /** Node's name for the machine's architecture. */
  readonly architecture: string;
  /** The descriptors that an epoll waits for, by its path in `fdinfo`; null if unknown. */
  epollTargets(path: string): readonly number[] | null;
  /** Reads the activity of these workers now. */
  ask(requests: ReadonlyMap<number, ActivityRequest>): Promise<void>;
}

/** Most bytes read of one table: about 50,000 connections. */
const MOST_BYTES = 8 * 1024 * 1024;

export const filesHere: ActivityFiles = {
  keep: (path) => new KeptFile(path),
  list,
  link: readLink,
  text: readText,
  mayFind: () => true,
  table: (path) => {
    const bytes = readBytes(path, MOST_BYTES);
    return typeof bytes === 'string' ? '' : bytes.toString('latin1');
  },
};
