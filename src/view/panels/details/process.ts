import { doingPhrases } from '../../../model/activity/words.ts';
import type { ProcessNode } from '../../../model/model.ts';
import { unreadFiles } from '../../../model/silent-mount.ts';
import type { ProcessState } from '../../../snapshot.ts';
import { ageText } from '../../format.ts';
import type { Line } from '../../style.ts';
import { type Context, labelled } from './context.ts';
import { virtualenvText } from './virtualenv.ts';

export function processLines(process: ProcessNode, context: Context): readonly Line[] {
  const { say, columns } = context;
  const { sample } = process;
  const { facts } = sample;
  const virtualenv = facts.virtualenv;
  return [
    ...say('process', `${process.pid}, ${stateWords[sample.state]}, child of ${sample.ppid}`),
    ...labelled('command', process.command, columns, context.theme),
    ...say('kind', process.unrecognised ? 'unknown: finding out took more than 50 ms' : null),
    ...say('doing', sample.activity === undefined ? null : doingPhrases(sample.activity, context.model).join(', ')),
    ...say('user', facts.user ?? (facts.uid === null ? null : String(facts.uid))),
    ...say('started', `${ageText(context.model.uptime - process.startedAt)} ago`),
    ...say('directory', facts.cwd ?? 'unknown: only root may read it'),
    ...say('program', facts.exe),
    ...say('files', unreadFiles(facts, context.model.silentMounts)),
    ...say('virtualenv', virtualenv === null ? null : virtualenvText(virtualenv)),
    ...say('signals', facts.caught === null ? 'unknown' : `handles ${signalNames(facts.caught)}`),
    ...say('cgroup', facts.cgroup),
  ];
}

const stateWords: Readonly<Record<ProcessState, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk',
  T: 'STOPPED: continue it with c',
  t: 'held by a debugger',
  Z: 'ended, not yet reaped',
  X: 'ended',
  I: 'idle',
  '?': '?',
};

/** By signal(7), 1 to 31. */
const names =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

function signalNames(mask: number): string {
  const caught = names.filter((_, index) => (mask & (1 << index)) !== 0);
  return caught.length === 0 ? 'none' : caught.join(' ');
}
