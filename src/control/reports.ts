import type { NoticeLevel } from '../state/notice.ts';
import type { Operation, Question } from '../state/operation.ts';

/** Where the controller reports what it did. */
export interface Reports {
  operation(operation: Operation): void;
  notice(level: NoticeLevel, text: string): void;
  /** Nothing was done: the user must agree first. Left out if nobody can be asked: the question is then a notice. */
  question?(question: Question): void;
}
