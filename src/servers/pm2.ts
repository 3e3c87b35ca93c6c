import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, ControlCommand, ServerDefinition, ServerProcesses } from './definition.ts';
import { wholeNumber } from './kit/flags.ts';
import { titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** lib/Daemon.js of pm2: its version, and its PM2_HOME. */
const title = /^PM2 v(\S+): God Daemon \((.+)\)$/;

/**
 * What pm2 tells each of its processes of itself: by variables of these names in fork mode, and in cluster mode by one,
 * a JSON object (lib/God/ForkMode.js, ClusterMode.js).
 */
const variables = ['name', 'pm_id', 'instances'] as const;

type Variable = (typeof variables)[number];

function told({ environment }: ProcessFacts, name: Variable): string | undefined {
  return environment[`pm2_env.${name}`] ?? environment[name];
}

/** Whether pm2 started it in cluster mode, by Node's cluster module. */
export function isOfPm2({ environment }: ProcessFacts): boolean {
  return environment['pm2_env.pm_id'] !== undefined;
}

function idOf(facts: ProcessFacts): number | null {
  return wholeNumber(told(facts, 'pm_id') ?? '');
}

/** An app of pm2 (https://pm2.keymetrics.io), 7.0: all processes of its name, which the daemon starts and ends. */
export const pm2: ServerDefinition = {
  kind: 'pm2',
  label: 'pm2',
  category: 'app',
  documented: { configured: '`instances` of the app', tested: 'live' },
  environment: variables.flatMap((name) => [name, `pm2_env.${name}`]),
  recycling: '--max-memory-restart 200M',
  claim: () => null,
  claimChild,
  configured,
  scaling: {
    method: 'command',
    // The last one is the app: with it pm2 would forget that.
    floor: 1,
    victim: 'lowest',
    number: idOf,
    refuse: ({ claim: { app = '' } }) =>
      app.startsWith('-') ? `pm2 would take the name of its app, ${app}, for an option: rename it.` : null,
    command,
  },
};

/** The God daemon: what pm2 runs are its children. */
export const pm2Daemon: ServerDefinition = {
  ...unscalable({
    kind: 'pm2-daemon',
    label: 'pm2 daemon',
    category: 'supervisor',
    documented: { configured: '`instances` of each app', tested: 'live' },
    claim: ({ argv }) => {
      const [, version] = title.exec(titleOf(argv) ?? '') ?? [];
      return version === undefined ? null : { role: 'single', args: null, version };
    },
    signals: 'pm2 does nothing on TTIN and TTOU.',
    advice: 'Select one of its apps, or use: pm2 scale APP N, as its user; never 0, which deletes the app.',
  }),
  manages: pm2,
};

/** The environment is inherited by whatever the app starts: only the daemon's own children are the app's processes. */
function claimChild(facts: ProcessFacts): Claim | null {
  const app = told(facts, 'name');
  return app === undefined || idOf(facts) === null ? null : { role: 'worker', args: null, app, managed: app };
}

function configured({ workers: [worker] }: ServerProcesses): ConfiguredWorkers {
  const instances = worker === undefined ? undefined : told(worker.facts, 'instances');
  if (instances === undefined)
    return { count: 1, by: 'default', where: "pm2's default of 1; pm2 save keeps what runs" };
  const where = `instances ${instances}, by its ecosystem file or -i; pm2 save keeps what runs`;
  return { count: wholeNumber(instances), by: 'instances', where };
}

/**
 * `pm2 scale APP +1` adds one. It takes no `-1`, and a number counts instances that are stopped too: `scale APP 2` of three, one
 * of them stopped, may end the one that should stay. So the one that `scale` would end first, that with the lowest id, is named.
 */
function command({ head, claim: { app }, workers }: ServerProcesses, direction: 1 | -1): ControlCommand | null {
  const home = title.exec(titleOf(head.facts.argv) ?? '')?.[2];
  if (app === undefined || home === undefined) return null;
  const by = { program: 'pm2', places: besides(head.facts), environment: { PM2_HOME: home } };
  if (direction === 1) return { ...by, args: ['scale', app, '+1'] };
  const ids = workers.map(({ facts }) => idOf(facts));
  const known = ids.filter((id) => id !== null);
  if (known.length === 0 || known.length < ids.length) return null;
  return { ...by, args: ['delete', String(Math.min(...known))] };
}

/** npm puts pm2 beside the node that runs it. */
function besides({ exe }: ProcessFacts): readonly string[] {
  return exe === null ? [] : [exe.slice(0, exe.lastIndexOf('/')) || '/'];
}
