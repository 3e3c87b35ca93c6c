import { readFileSync } from 'node:fs';
import { answer } from '../../src/source/files/answer.ts';
import type { Answer, FileAnswerer, Question } from '../../src/source/files/files.ts';
import { FileView } from '../../src/source/files/known-files.ts';
import { parseMounts } from '../../src/source/files/mounts.ts';
import { Walker } from '../../src/source/files/walk.ts';

/** What files below a directory say, at once, for callers that look into a view. */
export function viewOf(root: string): FileView {
  return new FileView((question) => answerNow(question, root, ''));
}

/** Answers as the helper process does, in this process and with its rights. */
export function filesHere(): FileAnswerer {
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  return {
    silent: new Map(),
    ask: async (_, question) => answerNow(question, '/', mountinfo),
    close: () => {},
  };
}

export function answerNow(question: Question, root: string, mountinfo: string): Answer {
  const walker = new Walker(root, {
    mounts: parseMounts(mountinfo),
    avoid: new Set(),
    localOnly: false,
    enter: () => {},
  });
  try {
    return answer(question, walker);
  } finally {
    walker.close();
  }
}
