import { RemoteSignals } from '../control/remote-signals.ts';
import { noSignals, type Signals } from '../control/signals.ts';
import { GuardedJournal } from '../control/tune/guarded-journal.ts';
import { type Journal, noJournal, TuneJournal } from '../control/tune/journal.ts';
import { statePath } from '../own-files/state-path.ts';
import { RemoteProcesses } from '../source/remote/remote-processes.ts';
import { RemoteSource } from '../source/remote/remote-source.ts';
import type { Source } from '../source/source.ts';
import { READ_ONLY } from '../state/answer.ts';
import { ownFiles } from './beside.ts';
import type { Settings } from './settings.ts';

// A file of its own: loading what encrypts connections would delay the first list of this machine.

/** What may be signalled on another machine: nothing with --read-only. */
export function remoteSignals(source: Source, { readOnly }: Pick<Settings, 'readOnly'>): Signals {
  if (readOnly || !(source instanceof RemoteSource)) return noSignals(READ_ONLY);
  return new RemoteSignals(new RemoteProcesses(source));
}

/** Where a tune of another machine remembers a trim: a file for each destination of ssh. */
export function remoteJournal(source: Source, { readOnly }: Pick<Settings, 'readOnly'>): Journal {
  if (readOnly || !(source instanceof RemoteSource)) return { ...noJournal, refusal: () => READ_ONLY };
  const there = new RemoteProcesses(source);
  const path = statePath(process.env, `tune-${encodeURIComponent(there.destination)}.json`);
  return new GuardedJournal(new TuneJournal(ownFiles(), path), there);
}
