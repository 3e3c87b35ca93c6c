import { readFileSync } from 'node:fs';
import { answer } from './answer.ts';
import type { Answer, Owner, Viewpoint } from './files.ts';
import { parseMounts } from './mounts.ts';
import { type Batch, encode, type Message, type Part } from './protocol.ts';
import { Walker } from './walk.ts';

/** Answers one batch. Each answer is sent at once: the next question may block for ever. */
export function answerBatch({ avoid, localOnly, parts }: Batch, send: (line: string) => void): void {
  const tell = (message: Message) => send(encode(message));
  const avoided = new Set(avoid);
  for (const part of parts) answerPart(part, avoided, localOnly, tell);
}

function answerPart(
  { viewpoint, questions }: Part,
  avoid: ReadonlySet<string>,
  localOnly: boolean,
  tell: (message: Message) => void,
): void {
  const reply = (answer: Answer) => tell({ type: 'answer', answer });
  const unknown: Answer = { status: 'unknown', mount: null };
  let walker: Walker;
  try {
    walker = new Walker(rootOf(viewpoint), {
      mounts: parseMounts(readFileSync(`${viewpoint.process ?? '/proc/self'}/mountinfo`, 'utf8')),
      avoid,
      localOnly,
      enter: ({ device, point, kind }) => tell({ type: 'enter', mount: { device, point }, remote: kind === 'remote' }),
    });
  } catch {
    // The process has ended, or may not be looked into.
    for (const _ of questions) reply(unknown);
    return;
  }
  try {
    const became = viewpoint.owner === null || become(viewpoint.owner);
    for (const question of questions) reply(became ? answer(question, walker) : unknown);
  } finally {
    if (viewpoint.owner !== null) become(ROOT);
    walker.close();
  }
}

function rootOf({ process }: Viewpoint): string {
  return process === null ? '/' : `${process}/root`;
}

const ROOT: Owner = { uid: 0, gid: 0, groups: [] };

/**
 * Takes a user's rights over files, and no others (credentials(7)). Root's can be taken back.
 * @returns whether this worked
 */
function become({ uid, gid, groups }: Owner): boolean {
  const { seteuid, setegid, setgroups } = process;
  if (seteuid === undefined || setegid === undefined || setgroups === undefined) return false;
  try {
    // Only root may set groups.
    seteuid(0);
    setgroups([...groups]);
    setegid(gid);
    seteuid(uid);
    return true;
  } catch {
    return false;
  }
}
