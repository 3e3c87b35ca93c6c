import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { Claim, ConfiguredWorkers } from '../definition.ts';
import { absolutePath, byDefault, fromLines } from './configured.ts';
import { flag } from './flags.ts';
import { titleOf } from './program.ts';

/** The number of a worker of unicorn or pitchfork, from its title: `worker[2]`. */
export function workerNumber({ argv }: ProcessFacts): number | null {
  const number = /worker\[(\d+)\]/.exec(titleOf(argv) ?? '')?.[1];
  return number === undefined ? null : Number(number);
}

/** The file named by `-c`, which sets `worker_processes` for unicorn and pitchfork. Null if none is named. */
function configFile(facts: ProcessFacts, { args }: Claim): string | null {
  const given = flag(args ?? [], ['-c', '--config-file'])?.value;
  return given === undefined ? null : absolutePath(facts, given);
}

/** The lines of that file that set the number of workers, and whether they share their master's code. */
export function workerProcessesRequest(facts: ProcessFacts, claim: Claim | null): readonly ConfigRequest[] {
  const path = claim === null ? null : configFile(facts, claim);
  return path === null ? [] : [{ path, lines: /^\s*(?:worker_processes|preload_app)\b/ }];
}

/** Whether that file has the master load the app, so that its workers load nothing. */
export function preloadsApp(facts: ProcessFacts, claim: Claim): boolean {
  const path = configFile(facts, claim);
  const lines = path === null ? [] : (facts.configLines[path] ?? []);
  return lines.flatMap((line) => /^\s*preload_app[\s(]+(\w+)/.exec(line)?.[1] ?? []).at(-1) === 'true';
}

/** The number of workers in that file, else the default of 1. */
export function workerProcesses(facts: ProcessFacts, claim: Claim, label: string): ConfiguredWorkers {
  const path = configFile(facts, claim);
  if (path === null) return byDefault(label, 1);
  const lines = facts.configLines[path]?.filter((line) => /^\s*worker_processes\b/.test(line));
  if (lines === undefined) return { count: null, by: null, where: `unknown: ${path} could not be read` };
  return fromLines(path, lines, /^worker_processes[\s(]+(\d+)\)?\s*(?:#.*)?$/) ?? byDefault(label, 1);
}
