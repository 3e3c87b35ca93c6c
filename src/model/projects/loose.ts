import { memoize } from '../../memoize.ts';
import { inOrderOfAge } from '../../recognise/process-table.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import { isWrapper } from '../../recognise/wrappers.ts';
import { programOf } from '../../servers/kit/program.ts';
import type { ProcessFacts, ProcessSample, Snapshot } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import { byProgram } from './by-program.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import type { Groups } from './groups.ts';
import { Kin } from './kin.ts';
import { certain, composePlace, containerPlace, type Place, rulePlace, unitPlace, virtualenvPlace } from './places.ts';
import { type GroupRule, ruleFor } from './rules.ts';

/** A unit of the system with at least this fraction of the memory gets a row. */
const LARGE = 0.01;

/**
 * Assigns the processes outside servers to projects: first those with a project marker, then those that join a project,
 * then those that become a project of their own.
 * @returns the rest, which belongs to `system`
 */
export function placeLoose(
  snapshot: Snapshot,
  servers: readonly RecognisedServer[],
  groups: Groups,
  rules: readonly GroupRule[],
): readonly ProcessSample[] {
  const owned = new Set(servers.flatMap((server) => server.processes.map(({ process }) => process.pid)));
  const kin = new Kin(snapshot.processes);
  const place = (process: ProcessSample, where: Place | null): boolean => {
    if (where === null) return false;
    groups.addProcess(where, process);
    kin.note(process, where);
    return true;
  };
  const system: ProcessSample[] = [];
  const waiting: ProcessSample[] = [];
  for (const process of inOrderOfAge(snapshot.processes)) {
    if (owned.has(process.pid)) continue;
    const isOwn = snapshot.self !== null && (process.pid === snapshot.self || process.ppid === snapshot.self);
    if (isOwn || isWorkertop(process.facts)) {
      system.push(process);
      continue;
    }
    const evidence = evidenceOf(process.facts);
    const where = rulePlace(ruleFor(process.facts, rules)) ?? composePlace(evidence) ?? marked(evidence, groups);
    if (!place(process, where)) waiting.push(process);
  }
  // Directories come before virtualenvs, since they decide whose a virtualenv is.
  const unplaced = waiting.filter((process) => {
    const evidence = evidenceOf(process.facts);
    return !place(process, evidence.canJoin ? groups.ofDirectory(evidence) : null);
  });
  const large = largeUnits(unplaced, LARGE * (snapshot.host.cgroup?.limit ?? snapshot.host.memory.total));
  const wrappers: ProcessSample[] = [];
  for (const process of unplaced) {
    if (isWrapper(process.facts)) {
      if (!place(process, kin.ofParent(process))) wrappers.push(process);
      continue;
    }
    const evidence = evidenceOf(process.facts);
    const parents = kin.ofParent(process);
    const itself = () => byOthers(process, evidence, groups, large);
    const where =
      ofVirtualenv(evidence, groups) ?? (kin.isStartedByHand(process) ? (itself() ?? parents) : (parents ?? itself()));
    if (!place(process, where)) system.push(process);
  }
  // What starts another process is known by what it has started: `uv run bot.py`, `sh -c 'cd /srv/shop && …'`.
  for (const process of wrappers.toReversed()) {
    const evidence = evidenceOf(process.facts);
    const where = kin.ofOnlyChild(process) ?? byOthers(process, evidence, groups, large);
    if (!place(process, where)) system.push(process);
  }
  return system;
}

/** Another workertop or one of its helpers, as npm installs them. */
const WORKERTOP = /\/(?:bin\/workertop|workertop\/(?:dist\/)?[a-z-]+\.js)$/;

const isWorkertop = memoize(({ argv }: ProcessFacts): boolean => {
  const { interpreter, script } = programOf(argv);
  return interpreter === 'node' && script !== null && WORKERTOP.test(script);
});

function marked(evidence: Evidence, groups: Groups): Place | null {
  return evidence.canJoin && evidence.marker !== null ? groups.directoryOf(evidence) : null;
}

function ofVirtualenv({ canJoin, virtualenv }: Evidence, groups: Groups): Place | null {
  const joined = canJoin ? certain(virtualenv) : null;
  return groups.ofVirtualenv(joined) ?? virtualenvPlace(joined);
}

/** The place by its container, directory, unit or program. */
function byOthers(
  process: ProcessSample,
  evidence: Evidence,
  groups: Groups,
  large: ReadonlySet<string>,
): Place | null {
  return byItself(process, evidence, groups, large) ?? byProgram(process, evidence);
}

/** The place by its container, directory or unit. */
function byItself(
  process: ProcessSample,
  evidence: Evidence,
  groups: Groups,
  large: ReadonlySet<string>,
): Place | null {
  const { container, unit, isInstalled, canJoin } = evidence;
  if (container !== null) {
    const inside = isInstalled ? groups.ofContainer(container) : null;
    return (
      inside ??
      (isInstalled ? groups.directoryOf(evidence) : null) ??
      containerPlace(
        evidence,
        programOf(process.facts.argv).interpreter === null ? baseName(process.facts.exe ?? '') || null : null,
      )
    );
  }
  if (unit !== null && (isInstalled || canJoin)) {
    const beside = groups.ofUnit(evidence);
    if (beside !== null) return beside;
  }
  if (isInstalled && canJoin && evidence.directory !== null) return groups.directoryOf(evidence);
  return unit !== null && (isInstalled || large.has(unit.name)) ? unitPlace(evidence, null) : null;
}

/**
 * The names of units with at least this many bytes. RSS is known at once; shared memory counts once for each process.
 */
function largeUnits(processes: readonly ProcessSample[], bytes: number): ReadonlySet<string> {
  const sums = new Map<string, number>();
  for (const { facts, memory } of processes) {
    const { unit, container } = evidenceOf(facts);
    if (unit !== null && container === null) sums.set(unit.name, (sums.get(unit.name) ?? 0) + memory.rss);
  }
  return new Set([...sums].flatMap(([name, sum]) => (sum >= bytes ? [name] : [])));
}
