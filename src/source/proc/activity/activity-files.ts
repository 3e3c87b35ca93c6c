import type { ActivityRequest } from '../../source.ts';
import { list, type ReadError, readBytes, readLink, readText } from '../files.ts';
import { KeptFile } from './kept-file.ts';

/** A file that is read again and again, into the buffer of all of them. */
export interface KernelFile {
  /** @returns the number of bytes read */
  read(length?: number, position?: number): number | ReadError;
  close(): void;
}

/** The files that tell what workers do: this machine's, or what another one has sent of its own. */
export interface ActivityFiles {
  keep(path: string): KernelFile;
  list(path: string): readonly string[] | null;
  link(path: string): string | null;
  text(path: string): string | null;
  /** Whether tables of connections would have the socket of a process now; if not, they may in the next reading. */
  mayFind(inode: number, pid: number): boolean;
  /** A table of connections, as latin1, or those of its lines that are wanted; empty if it cannot be read. */
  table(path: string): string;
}

/** Such files of a machine whose processes have to be asked first. */
export interface AskedActivity extends ActivityFiles {
  /** Node's name for the machine's architecture. */
  readonly architecture: string;
  /** The descriptors that an epoll waits for, by its file in `fdinfo`; null if they are not known. */
  epollTargets(path: string): readonly number[] | null;
  /** Reads what these workers do now. */
  ask(requests: ReadonlyMap<number, ActivityRequest>): Promise<void>;
}

/** Bytes read of one table: some 50,000 connections. */
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
