import { ownHead, type ProcessNode, type Project, type Server, type SystemGroup } from '../model/model.ts';
import type { ProcessKey } from '../snapshot.ts';

/** What a row stands for, wherever it moves. History uses the same ids. */
export type RowId = 'system' | `project:${string}` | `server:${ProcessKey}` | `process:${ProcessKey}`;

interface Placed {
  readonly id: RowId;
  readonly parent: RowId | null;
  readonly depth: number;
  /** Null for a row with nothing beneath it. */
  readonly expanded: boolean | null;
}

/** The row of a project. It also stands for its server if that is all the project has. */
export interface ProjectRow extends Placed {
  readonly type: 'project';
  readonly project: Project;
  readonly server: Server | null;
}

export interface ServerRow extends Placed {
  readonly type: 'server';
  readonly project: Project;
  readonly server: Server;
}

export interface ProcessRow extends Placed {
  readonly type: 'process';
  /** Null in `system`. */
  readonly project: Project | null;
  /** Null for a process outside servers. */
  readonly server: Server | null;
  readonly process: ProcessNode;
}

export interface SystemRow extends Placed {
  readonly type: 'system';
  readonly system: SystemGroup;
}

/** One line of the table. */
export type Row = ProjectRow | ServerRow | ProcessRow | SystemRow;

/** The process that a row stands for: a server's is its head. Null for a group. */
export function processOf(row: Row): ProcessNode | null {
  if (row.type === 'process') return row.process;
  const server = serverOf(row);
  return server === null ? null : ownHead(server);
}

/** The server that a row stands for or belongs to; null if there is none, or several. */
export function serverOf(row: Row): Server | null {
  return row.type === 'system' ? null : row.server;
}
