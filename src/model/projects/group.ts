import { byAge } from '../../recognise/process-table.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { Role } from '../../servers/definition.ts';
import type { ProcessSample, Snapshot } from '../../snapshot.ts';
import { joinsItsApps, placeOfApp } from './apps.ts';
import { Directories } from './directories.ts';
import { evidenceOf } from './evidence.ts';
import { Groups, type ProjectGroup, virtualenvOf } from './groups.ts';
import { placeLoose } from './loose.ts';
import {
  certain,
  composePlace,
  homeOfVirtualenv,
  members,
  type Place,
  rulePlace,
  serviceOf,
  withoutDirectory,
} from './places.ts';
import { type GroupRule, ruleFor } from './rules.ts';

export interface Grouping {
  readonly projects: readonly ProjectGroup[];
  readonly system: readonly { readonly process: ProcessSample; readonly role: Role | null }[];
}

/** Every process of the snapshot is in exactly one project, or in `system`. */
export function groupProcesses(
  snapshot: Snapshot,
  servers: readonly RecognisedServer[],
  rules: readonly GroupRule[] = [],
): Grouping {
  const directories = new Directories(snapshot.processes, servers);
  const groups = new Groups(directories);
  const oldestFirst = servers.toSorted((a, b) => byAge(a.head, b.head) || (a.key < b.key ? -1 : 1));
  const rest: RecognisedServer[] = [];
  const managers: RecognisedServer[] = [];
  // Servers with a directory come first: they decide whose a virtualenv is.
  for (const server of oldestFirst) {
    const manages = server.apps.length > 0 && server.definition.category !== 'service';
    const place =
      ruledServer(server, rules) ??
      composePlace(evidenceOf(server.head.facts)) ??
      (server.definition.category === 'app' && !manages ? directories.placeOfServer(server) : null);
    if (place === null) (manages ? managers : rest).push(server);
    else groups.addServer(place, server);
  }
  const supervisors: RecognisedServer[] = [];
  for (const server of rest) {
    if (server.definition.category === 'supervisor') supervisors.push(server);
    else if (server.definition.category === 'service') groups.addServer(serviceOf(server), server);
    else {
      const virtualenv = virtualenvOf(server);
      const place =
        groups.ofVirtualenv(virtualenv) ??
        homeOfVirtualenv(server) ??
        placeOfApp(server) ??
        withoutDirectory(servers.find(({ apps }) => apps.includes(server)) ?? server, virtualenv);
      groups.addServer(place, server);
    }
  }
  // The directory that a manager was started in does not tell whose it is.
  for (const server of managers) {
    const own = server.definition.category === 'supervisor' ? serviceOf(server) : withoutDirectory(server, null);
    groups.addServer((joinsItsApps(server) ? groups.ofServers(server.apps) : null) ?? own, server);
  }
  const system = placeLoose(snapshot, oldestFirst, groups, rules);
  // A supervisor is a project's own where it runs from that project's directory (honcho, foreman), or in its container.
  for (const server of supervisors) {
    const evidence = evidenceOf(server.head.facts);
    const group =
      groups.ofDirectory(evidence) ??
      groups.ofVirtualenv(certain(evidence.virtualenv)) ??
      groups.ofContainer(evidence.container);
    groups.addServer(group ?? serviceOf(server), server);
  }
  return { projects: groups.finish(), system: system.map((process) => ({ process, role: null })) };
}

/** The place by the user's rules, which come before everything detected. */
function ruledServer(server: RecognisedServer, rules: readonly GroupRule[]): Place | null {
  if (rules.length === 0) return null;
  for (const { process } of members(server)) {
    const place = rulePlace(ruleFor(process.facts, rules));
    if (place) return place;
  }
  return null;
}
