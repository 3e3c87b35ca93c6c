import { memoize } from '../memoize.ts';
import type { ConfigRequest, StatusProbe } from '../probes.ts';
import type { ProcessFacts } from '../snapshot.ts';
import { apache } from './apache.ts';
import { arq } from './arq.ts';
import { bullmq } from './bullmq.ts';
import { caddy } from './caddy.ts';
import { celery } from './celery.ts';
import { celeryBeat } from './celery-beat.ts';
import { circus } from './circus.ts';
import { daphne } from './daphne.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { delayedJob } from './delayed-job.ts';
import { djangoJobs } from './django-jobs.ts';
import { djangoQ } from './django-q.ts';
import { runserver } from './django-runserver.ts';
import { dramatiq } from './dramatiq.ts';
import { elasticsearch } from './elasticsearch.ts';
import { flower } from './flower.ts';
import { foreman } from './foreman.ts';
import { goodJob } from './good-job.ts';
import { granian } from './granian.ts';
import { gunicorn } from './gunicorn.ts';
import { gunicornDirty } from './gunicorn-dirty.ts';
import { haproxy } from './haproxy.ts';
import { horizon } from './horizon.ts';
import { huey } from './huey.ts';
import { hypercorn } from './hypercorn.ts';
import { java } from './java.ts';
import { jupyter } from './jupyter.ts';
import { codeDirectory } from './kit/code-directory.ts';
import { startedWith, unitCommand, unitRequests } from './kit/start-command.ts';
import { laravelQueue } from './laravel-queue.ts';
import { mariadb } from './mariadb.ts';
import { memcached } from './memcached.ts';
import { modWsgi } from './mod-wsgi.ts';
import { mojolicious } from './mojolicious.ts';
import { mongodb } from './mongodb.ts';
import { next } from './next.ts';
import { nginx } from './nginx.ts';
import { nodeCluster } from './node-cluster.ts';
import { odoo } from './odoo.ts';
import { passenger } from './passenger.ts';
import { phpFpm } from './php-fpm.ts';
import { pitchfork } from './pitchfork.ts';
import { pm2 } from './pm2.ts';
import { pm2Daemon } from './pm2-daemon.ts';
import { postgres } from './postgres.ts';
import { procfile } from './procfile.ts';
import { puma } from './puma.ts';
import { que } from './que.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { resque } from './resque.ts';
import { rq } from './rq.ts';
import { sanic } from './sanic.ts';
import { shoryuken } from './shoryuken.ts';
import { sidekiq } from './sidekiq.ts';
import { solidQueue } from './solid-queue.ts';
import { starman } from './starman.ts';
import { supervisord } from './supervisord.ts';
import { symfonyMessenger } from './symfony-messenger.ts';
import { taskiq } from './taskiq.ts';
import { tomcat } from './tomcat.ts';
import { unicorn } from './unicorn.ts';
import { uvicorn } from './uvicorn.ts';
import { uwsgi } from './uwsgi.ts';
import { uwsgiEmperor } from './uwsgi-emperor.ts';
import { varnish } from './varnish.ts';
import { waitress } from './waitress.ts';

/** Every kind of server, in the order of the documentation's table. The first definition to claim a process gets it. */
export const definitions: readonly ServerDefinition[] = [
  gunicornDirty,
  gunicorn,
  uvicorn,
  puma,
  unicorn,
  pitchfork,
  starman,
  mojolicious,
  uwsgiEmperor,
  uwsgi,
  celery,
  pm2,
  celeryBeat,
  flower,
  odoo,
  hypercorn,
  granian,
  sanic,
  daphne,
  waitress,
  rq,
  dramatiq,
  huey,
  arq,
  djangoQ,
  ...djangoJobs,
  runserver,
  passenger,
  sidekiq,
  resque,
  goodJob,
  solidQueue,
  phpFpm,
  bullmq,
  nodeCluster,
  jupyter,
  taskiq,
  laravelQueue,
  horizon,
  symfonyMessenger,
  delayedJob,
  que,
  shoryuken,
  next,
  tomcat,
  elasticsearch,
  java,
  nginx,
  modWsgi,
  apache,
  postgres,
  mariadb,
  redis,
  memcached,
  caddy,
  haproxy,
  varnish,
  rabbitmq,
  mongodb,
  supervisord,
  circus,
  pm2Daemon,
  foreman,
  procfile,
];

export interface Claimed {
  readonly definition: ServerDefinition;
  readonly claim: Claim;
}

/**
 * CPU time in milliseconds that recognising one process may take. Nothing in it waits, so it takes longer by the clock
 * only if other programs run. The time is checked after each definition. A definition takes linear time of text that is
 * cut to a few thousand characters.
 */
export const RECOGNITION_LIMIT = 50;

/** Starts a stopwatch, which tells milliseconds. */
type Stopwatch = () => () => number;

let stopwatch: Stopwatch = () => () => 0;

/** Limits the time spent on each process. Without a limit, results depend on the facts alone. */
export function limitRecognition(by: Stopwatch): void {
  stopwatch = by;
}

/** What is tried on each process, in this order. */
const attempts = [
  ...definitions.map((definition) => ({ definition, claim: definition.claim })),
  ...definitions.flatMap((definition) =>
    definition.claimLast === undefined ? [] : { definition, claim: definition.claimLast },
  ),
];

interface Recognition {
  readonly claimed: Claimed | null;
  /** False if time ran out: the process may still be a server. */
  readonly complete: boolean;
}

/** Remembered with the facts: a process that took too long is not tried again at each reading. */
const recognitionOf = memoize((facts: ProcessFacts): Recognition => {
  const elapsed = stopwatch();
  for (const { definition, claim: claimBy } of attempts) {
    const claim = claimBy(facts);
    if (elapsed() > RECOGNITION_LIMIT) return { claimed: null, complete: false };
    if (claim) return { claimed: { definition, claim }, complete: true };
  }
  return { claimed: null, complete: true };
});

/** The first definition that claims a process, with its claim; null if none does, or if time ran out. */
export function claimOf(facts: ProcessFacts): Claimed | null {
  return recognitionOf(facts).claimed;
}

/** Whether recognising a process took too long, so that it is not known what it is. */
export function tookTooLong(facts: ProcessFacts): boolean {
  return !recognitionOf(facts).complete;
}

/** What sources read for the definitions: the union of all their requests. */
export const factRequests = {
  environment: union(['DJANGO_SETTINGS_MODULE'], (definition) => definition.environment),
  directoryFlags: union([], (definition) => definition.directoryFlags),
  packages: union(['django'], ({ distribution }) => (distribution === undefined ? [] : [distribution])),
  codeDirectory,
  virtualenv(facts: ProcessFacts): string | null {
    return claimOf(facts)?.definition.virtualenv?.(facts) ?? null;
  },
  configRequests(facts: ProcessFacts): readonly ConfigRequest[] {
    return configRequestsOf(facts);
  },
  code(facts: ProcessFacts): RegExp | null {
    const claimed = claimOf(facts) ?? managedClaimOf(facts);
    if (claimed === null) return null;
    const { definition, claim } = claimed;
    return definition.loads?.(facts, claim.args ?? startedArgs(facts, claimed)) ?? null;
  },
  statusProbe(facts: ProcessFacts): StatusProbe | null {
    return claimOf(facts)?.definition.statusProbe ?? null;
  },
} as const;

/** What a process is as part of an app that a manager such as pm2 runs, whoever its parent is. */
function managedClaimOf(facts: ProcessFacts): Claimed | null {
  for (const { manages } of definitions) {
    const claim = manages?.claimChild?.(facts, { args: null }) ?? null;
    if (manages !== undefined && claim !== null) return { definition: manages, claim };
  }
  return null;
}

/** The arguments that a title hides, from the systemd unit that starts the server; null if unknown. */
function startedArgs(facts: ProcessFacts, { definition }: Claimed): readonly string[] | null {
  const start = unitCommand(facts);
  return start === null ? null : (definition.claim(startedWith(facts, start))?.args ?? null);
}

/** The lines that a definition needs. If a title hides the command line, also those of whatever starts the server. */
function configRequestsOf(facts: ProcessFacts): readonly ConfigRequest[] {
  const claimed = claimOf(facts);
  if (claimed === null) return [];
  const { definition, claim } = claimed;
  const own = definition.configRequests?.(facts) ?? [];
  const hidden = claim.args === null && definition.configured !== undefined;
  const startOfUnit = hidden ? unitCommand(facts) : null;
  const ofStarts = [...(startOfUnit === null ? [] : [startOfUnit]), ...(definition.starts?.(facts) ?? [])].flatMap(
    (start) => {
      const startedFacts = startedWith(facts, start);
      return claimOf(startedFacts)?.definition.configRequests?.(startedFacts) ?? [];
    },
  );
  return [...own, ...(hidden ? unitRequests(facts) : []), ...ofStarts];
}

function union(
  common: readonly string[],
  wanted: (definition: ServerDefinition) => readonly string[] | undefined,
): readonly string[] {
  return [...new Set([...common, ...definitions.flatMap((definition) => wanted(definition) ?? [])])];
}
