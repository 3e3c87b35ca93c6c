import type { Model } from '../model/model.ts';
import type { ProcessKey } from '../snapshot.ts';
import type { Operation } from './operation.ts';

export type NoticeLevel = 'info' | 'warning' | 'error';

/** What happened: the only way anything reaches the state. */
export type Action =
  | { readonly type: 'model'; readonly model: Model }
  /** A key by blessed's full name (`up`, `C-c`, `f1`, `+`); `character` is what it types, if it types. */
  | { readonly type: 'key'; readonly key: string; readonly character: string | null; readonly at: number }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'operation'; readonly operation: Operation }
  | { readonly type: 'notice'; readonly level: NoticeLevel; readonly text: string; readonly at: number };

/** What the state asks the world to do. */
export type Effect =
  | { readonly type: 'scale'; readonly server: ProcessKey; readonly delta: 1 | -1 }
  | { readonly type: 'undo' }
  | { readonly type: 'cancel' }
  /** Read now, not at the next tick. */
  | { readonly type: 'refresh' }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  | { readonly type: 'quit' };
