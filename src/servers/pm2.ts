import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, ControlCommand, ServerDefinition, ServerProcesses } from './definition.ts';
import { wholeNumber } from './kit/flags.ts';
import { daemonTitle, HOME_VARIABLE, isOfPm2Cluster, pm2Variable, pm2Variables } from './kit/pm2-process.ts';

function idOf(facts: ProcessFacts): number | null {
  return wholeNumber(pm2Variable(facts, 'pm_id') ?? '');
}

/** An app of pm2 (https://pm2.keymetrics.io), 7.0: all processes of its name, which the daemon starts and ends. */
export const pm2: ServerDefinition = {
  kind: 'pm2',
  label: 'pm2',
  category: 'app',
  configuredIn: '`instances` of the app',
  environment: [HOME_VARIABLE, ...pm2Variables.flatMap((name) => [name, `pm2_env.${name}`])],
  recycling: '--max-memory-restart 200M',
  claim: () => null,
  claimChild,
  configured,
  loads: () => /\.(?:[cm]?[jt]s|py|rb|php)$/,
  scaling: {
    method: 'command',
    // With its last process pm2 would forget the app.
    floor: 1,
    trims: 'lowest',
    number: idOf,
    refuse,
    command,
  },
};

/** The environment is inherited by whatever the app starts: only the daemon's own children are the app's processes. */
function claimChild(facts: ProcessFacts): Claim | null {
  const app = pm2Variable(facts, 'name');
  return app === undefined || idOf(facts) === null ? null : { role: 'worker', args: null, app, managed: app };
}

function refuse(server: ServerProcesses): string | null {
  const { app = '' } = server.claim;
  if (app.startsWith('-')) return `pm2 would take the name of its app, ${app}, for an option: rename it.`;
  return whyNoSharing(app, server);
}

/**
 * Why an app of pm2 in fork mode cannot run another process; null if it can. Each process listens by itself, so a
 * second one fails to bind and pm2 restarts it 15 times. That does not hold if pm2 gives each its own port
 * (`increment_var`), or if several already listen at different addresses.
 */
function whyNoSharing(app: string, { workers, others = [] }: ServerProcesses): string | null {
  if (workers.every(({ facts }) => isOfPm2Cluster(facts) || pm2Variable(facts, 'increment_var') !== undefined))
    return null;
  const readable = [...workers, ...others].flatMap(({ listeners }) => (listeners === null ? [] : [listeners]));
  if (readable.length === 0)
    return `workertop cannot read whether ${app} listens. In pm2's fork mode only one process can listen.`;
  const addresses = readable.flatMap((listeners) => listeners.map(({ address }) => address));
  const apart =
    workers.length > 1 && addresses.length >= workers.length && new Set(addresses).size === addresses.length;
  if (addresses.length === 0 || apart) return null;
  return `${app} listens on ${addresses[0]} in pm2's fork mode, where a second process cannot: start it in cluster mode, pm2 start … -i 2.`;
}

function configured({ workers: [worker] }: ServerProcesses): ConfiguredWorkers {
  const instances = worker === undefined ? undefined : pm2Variable(worker.facts, 'instances');
  if (instances === undefined)
    return { count: 1, by: { type: 'default' }, where: "pm2's default of 1; pm2 save keeps what runs" };
  const where = `instances ${instances}, by its ecosystem file or -i; pm2 save keeps what runs`;
  return { count: wholeNumber(instances), by: { type: 'directive', name: 'instances' }, where };
}

/**
 * `pm2 scale APP +1` adds a process. It takes no `-1`, and absolute numbers count stopped instances: `scale APP 2` of
 * three with one stopped may end the wrong one. So `delete` names the running instance with the lowest id, which
 * `scale` would end first.
 */
function command({ head, claim: { app }, workers }: ServerProcesses, direction: 1 | -1): ControlCommand | null {
  const home = daemonTitle(head.facts)?.home;
  if (app === undefined || home === undefined || home === null) return null;
  const environment = { PM2_HOME: home };
  const common = { program: 'pm2', places: directoryOfNode(head.facts), environment, directories: [home] };
  if (direction === 1) return { ...common, args: ['scale', app, '+1'] };
  const ids = workers.map(({ facts }) => idOf(facts));
  const known = ids.filter((id) => id !== null);
  if (known.length === 0 || known.length < ids.length) return null;
  return { ...common, args: ['delete', String(Math.min(...known))] };
}

/** npm puts pm2 beside the node that runs it. */
function directoryOfNode({ exe }: ProcessFacts): readonly string[] {
  return exe === null ? [] : [exe.slice(0, exe.lastIndexOf('/')) || '/'];
}
