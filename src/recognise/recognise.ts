import type { Member, Role, ServerDefinition, ServerProcesses } from '../servers/definition.ts';
import { type Claimed, claimOf } from '../servers/registry.ts';
import { type ProcessKey, type ProcessSample, processKey } from '../snapshot.ts';
import { type PreforkGroup, prefork, preforkCandidates, preforkGroups } from './prefork.ts';
import { byAge, byPid, inOrderOfAge } from './process-table.ts';
import { isWrapper } from './wrappers.ts';

export interface RecognisedProcess {
  readonly process: ProcessSample;
  readonly role: Role;
}

/** One running server with all its processes. */
export interface RecognisedServer extends ServerProcesses {
  /** The identity of its head, with the app's name for a managed app. */
  readonly key: ProcessKey;
  readonly definition: ServerDefinition;
  readonly headRole: Role;
  /** The app's name, if its head manages several apps; else null. */
  readonly managed: string | null;
  /** Its head first, unless it is a managed app; then workers and other processes, each oldest first. */
  readonly processes: readonly RecognisedProcess[];
  /** The apps and pools that its head manages, each a server of its own. */
  readonly apps: readonly RecognisedServer[];
}

interface LinkedMember extends Member {
  readonly definition: ServerDefinition;
  parent: LinkedMember | null;
  readonly children: LinkedMember[];
}

interface Draft {
  readonly head: LinkedMember;
  readonly headRole: Role;
  readonly managed: string | null;
  readonly workers: ProcessSample[];
  readonly others: RecognisedProcess[];
}

/**
 * The servers among the processes of one snapshot. A process belongs to at most one. A worker whose master has died
 * becomes a server of its own: it is shown, and its role cannot be scaled. The result does not depend on the order of
 * `unordered`.
 */
export function recognise(unordered: readonly ProcessSample[]): readonly RecognisedServer[] {
  const processes = inOrderOfAge(unordered);
  const members = linkParents(processes);
  const owners = new Map<number, Draft>();
  const drafts: Draft[] = [];
  const apps = new Map<string, Draft>();
  const managedOf = (member: LinkedMember, managed: string): Draft | null => {
    const head = managerOf(member, members)?.process;
    if (head === undefined) return null;
    const key = `${head.pid}/${managed}`;
    let draft = apps.get(key);
    if (draft === undefined) {
      const { claim, definition } = member;
      const manager = { process: head, claim, definition, parent: null, children: [] };
      draft = { head: manager, headRole: 'master', managed, workers: [], others: [] };
      apps.set(key, draft);
      drafts.push(draft);
    }
    return draft;
  };
  const draftOf = (member: LinkedMember): Draft => {
    const owner = owners.get(member.process.pid);
    if (owner) return owner;
    const role = roleOf(member);
    const managed = member.claim.managed === undefined ? null : managedOf(member, member.claim.managed);
    let draft = managed ?? (member.parent === null || role === 'master' ? null : draftOf(member.parent));
    if (draft === null) {
      draft = { head: member, headRole: role, managed: null, workers: [], others: [] };
      drafts.push(draft);
    } else {
      if (role === 'worker' && isAlive(member.process)) draft.workers.push(member.process);
      else draft.others.push({ process: member.process, role });
    }
    owners.set(member.process.pid, draft);
    return draft;
  };
  for (const member of members.values()) draftOf(member);
  adoptDescendants(processes, owners);
  for (const group of preforkGroups(processes, ({ pid }) => owners.has(pid))) {
    const draft = preforkDraft(group);
    drafts.push(draft);
    for (const { pid } of [group.master, ...group.workers]) owners.set(pid, draft);
  }
  adoptWrappers(processes, drafts, owners);
  return finishAll(drafts);
}

/**
 * The master that manages a process's app: the topmost ancestor of its kind. If the parent has gone, as Passenger's
 * preloaders do, the process group or session still tells.
 */
function managerOf(
  { process, definition }: LinkedMember,
  members: ReadonlyMap<number, LinkedMember>,
): LinkedMember | null {
  const { ppid, pgrp, session } = process;
  const manages = (member: LinkedMember | undefined) =>
    member?.definition === definition || member?.definition.manages === definition;
  const above = [ppid, pgrp, session]
    .map((pid) => members.get(pid))
    .find((member) => member?.process !== process && manages(member));
  if (above === undefined) return null;
  let top = above;
  while (top.parent !== null) top = top.parent;
  return top.process === process ? null : top;
}

function preforkDraft({ master, workers, name }: PreforkGroup): Draft {
  const claim = { role: 'master', app: name, args: null } as const;
  const head: LinkedMember = { process: master, claim, definition: prefork, parent: null, children: [] };
  return { head, headRole: 'master', managed: null, workers: workers.filter(isAlive), others: [] };
}

/** Pids beyond those of servers whose listening sockets are needed to recognise prefork servers. */
export function undecided(processes: readonly ProcessSample[]): readonly number[] {
  return preforkCandidates(inOrderOfAge(processes), ({ facts }) => claimOf(facts) !== null);
}

/** The claimed processes, each linked to its parent if the parent is of the same kind. */
function linkParents(processes: readonly ProcessSample[]): ReadonlyMap<number, LinkedMember> {
  const members = new Map<number, LinkedMember>();
  for (const process of processes) {
    const claimed = claimOf(process.facts);
    if (claimed) members.set(process.pid, unlinked(process, claimed));
  }
  claimParentsAndChildren(processes, members);
  // By age: parents that only their children identify were added last.
  for (const member of [...members.values()].sort((a, b) => byAge(a.process, b.process))) {
    const { masterPid } = member.claim;
    const named = masterPid === undefined ? undefined : members.get(masterPid);
    // A title may name any pid. Accept only a process of the same kind and user.
    const isNamed = named?.definition === member.definition && named.process.facts.uid === member.process.facts.uid;
    const parent = isNamed ? named : members.get(member.process.ppid);
    if (parent?.definition !== member.definition || descendsFrom(parent, member)) continue;
    member.parent = parent;
    parent.children.push(member);
  }
  return members;
}

/** Claims processes that only their parent or their children identify. */
function claimParentsAndChildren(processes: readonly ProcessSample[], members: Map<number, LinkedMember>): void {
  const table = byPid(processes);
  for (const { definition, process } of [...members.values()]) {
    const parent = table.get(process.ppid);
    if (parent === undefined || members.has(parent.pid)) continue;
    const claim = definition.claimParent?.(parent.facts) ?? null;
    if (claim) members.set(parent.pid, unlinked(parent, { definition, claim }));
  }
  for (const process of processes) {
    const parent = members.get(process.ppid);
    // Processes that a worker of an app starts do not belong to the app, even if they inherit its environment.
    if (parent === undefined || parent.claim.managed !== undefined) continue;
    const { manages } = parent.definition;
    const claimedBy = members.get(process.pid)?.definition;
    if (claimedBy !== undefined && (manages !== undefined || claimedBy === parent.definition)) continue;
    const definition = manages ?? parent.definition;
    const claim = definition.claimChild?.(process.facts, parent.claim) ?? null;
    if (claim) members.set(process.pid, unlinked(process, { definition, claim }));
  }
}

function unlinked(process: ProcessSample, { definition, claim }: Claimed): LinkedMember {
  return { process, claim, definition, parent: null, children: [] };
}

/**
 * Whether one process descends from another. Guards against cycles, which a table read while processes come and go may
 * have.
 */
function descendsFrom(member: LinkedMember, ancestor: LinkedMember): boolean {
  for (let current: LinkedMember | null = member; current !== null; current = current.parent)
    if (current === ancestor) return true;
  return false;
}

function roleOf(member: LinkedMember): Role {
  return member.claim.role ?? member.definition.role?.(member) ?? usualRole(member);
}

function usualRole({ parent, children }: Member): Role {
  if (parent !== null) return 'worker';
  return children.length > 0 ? 'master' : 'single';
}

function isAlive({ state }: ProcessSample): boolean {
  return state !== 'Z' && state !== 'X';
}

/** Adds the processes that a server's processes have started, except what a supervisor has started. */
function adoptDescendants(processes: readonly ProcessSample[], owners: Map<number, Draft>): void {
  const table = byPid(processes);
  const unowned = new Set<number>();
  for (const process of processes) {
    if (process.ppid <= 1 || owners.has(process.pid)) continue;
    const lineage: ProcessSample[] = [];
    let owner: Draft | undefined;
    let current: ProcessSample | undefined = process;
    while (current && !unowned.has(current.pid)) {
      owner = owners.get(current.pid);
      if (owner) break;
      // Marking each process on the way also ends the walk if the table has a cycle.
      unowned.add(current.pid);
      lineage.push(current);
      current = table.get(current.ppid);
    }
    if (owner === undefined || owner.head.definition.category === 'supervisor') continue;
    for (const helper of lineage) {
      unowned.delete(helper.pid);
      owners.set(helper.pid, owner);
      owner.others.push({ process: helper, role: 'helper' });
    }
  }
}

/** Adds `sh -c gunicorn …`, `uv run …` or tini to the server that it started, if it started nothing else. */
function adoptWrappers(
  processes: readonly ProcessSample[],
  drafts: readonly Draft[],
  owners: Map<number, Draft>,
): void {
  const table = byPid(processes);
  const wrapperOf = (process: ProcessSample): ProcessSample | undefined => {
    const parent = table.get(process.ppid);
    return parent && !owners.has(parent.pid) && isWrapper(parent.facts) ? parent : undefined;
  };
  if (drafts.every(({ head }) => wrapperOf(head.process) === undefined)) return;
  const children = new Map<number, number>();
  for (const { ppid } of processes) children.set(ppid, (children.get(ppid) ?? 0) + 1);
  for (const draft of drafts) {
    if (draft.managed !== null) continue;
    let wrapper = wrapperOf(draft.head.process);
    while (wrapper && children.get(wrapper.pid) === 1) {
      owners.set(wrapper.pid, draft);
      draft.others.push({ process: wrapper, role: 'helper' });
      wrapper = wrapperOf(wrapper);
    }
  }
}

/** Finishes managed apps first, since their manager's server lists them. */
function finishAll(drafts: readonly Draft[]): readonly RecognisedServer[] {
  const managed = new Map<Draft, RecognisedServer>();
  for (const draft of drafts) if (draft.managed !== null) managed.set(draft, finish(draft, []));
  const apps = [...managed.values()];
  return drafts.map(
    (draft) =>
      managed.get(draft) ??
      finish(
        draft,
        apps.filter(({ head }) => head === draft.head.process),
      ),
  );
}

function finish(
  { head, headRole, managed, workers, others }: Draft,
  apps: readonly RecognisedServer[],
): RecognisedServer {
  workers.sort(byAge);
  // A worker that has forked the others is one of them.
  const hasForkedOthers = headRole === 'worker' && head.definition.worksWithoutMaster === true && workers.length > 0;
  const serving = hasForkedOthers ? [head.process, ...workers] : workers;
  others.sort((a, b) => byAge(a.process, b.process));
  const key = processKey(head.process);
  return {
    key: managed === null ? key : `${key}/${managed}`,
    definition: head.definition,
    head: head.process,
    headRole,
    managed,
    apps,
    claim: head.claim,
    workers: serving,
    others: others.map(({ process }) => process),
    processes: [
      ...(managed === null ? [{ process: head.process, role: headRole }] : []),
      ...workers.map((process) => ({ process, role: 'worker' as const })),
      ...others,
    ],
  };
}
