import type { ConfigRequest } from '../probes.ts';
import type { ProcessFacts } from '../snapshot.ts';
import type { ConfiguredWorkers, MostWorkers, Pool, ServerProcesses } from './definition.ts';
import { upTo } from './kit/lines.ts';
import { titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

const title = /^php-fpm: (?:master process \((.+)\)|pool (\S+))$/;

const wanted = /^\s*(?:\[|include\s*=|pm\.max_children\s*=)/;

/**
 * php-fpm: one master and the pools of its configuration (fpm_signals.c, fpm_conf.c). Each pool has its own processes,
 * socket and limit, and mostly its own user and directory, so each is a server.
 */
export const phpFpm = unscalable({
  kind: 'php-fpm',
  label: 'php-fpm',
  configuredIn: '`pm.max_children` of each pool',
  claim: ({ argv }) => {
    const [matched, main, pool = ''] = title.exec(titleOf(argv) ?? '') ?? [];
    if (matched === undefined) return null;
    return main === undefined ? { role: 'worker', args: null, app: pool, managed: pool } : { args: null };
  },
  // A worker just forked still has its master's title.
  role: ({ parent }) => (parent === null ? 'master' : 'helper'),
  configRequests(facts): readonly ConfigRequest[] {
    const main = mainFile(facts);
    return main === null ? [] : [main, ...included(facts, main)].map((path) => ({ path, lines: wanted }));
  },
  activity: () => ({ by: 'process' }),
  pools,
  configured: ({ head: { facts }, claim: { app } }) =>
    app === undefined ? { count: null, by: null, where: 'pm.max_children of each pool' } : ofPool(app, facts),
  most,
  signals: 'php-fpm does nothing on TTIN and TTOU.',
  advice: ({ head: { facts, pid }, claim: { app } }) => {
    const path = app === undefined ? undefined : poolSettings(facts).get(app)?.path;
    const where = path === undefined ? 'the file of its pool' : `[${app}] of ${path}`;
    return `Set pm.max_children in ${where}, then: kill -USR2 ${pid}`;
  },
});

function mainFile({ argv }: ProcessFacts): string | null {
  const path = title.exec(titleOf(argv) ?? '')?.[1];
  return path?.startsWith('/') ? path : null;
}

/** `include=/etc/php/8.2/fpm/pool.d/*.conf`; a relative path depends on how PHP was built, and is left out. */
function included({ configLines }: ProcessFacts, main: string): readonly string[] {
  return (configLines[main] ?? []).flatMap((line) => {
    const path = /^\s*include\s*=\s*"?([^"\s]+)/.exec(line)?.[1];
    return path?.startsWith('/') ? [path] : [];
  });
}

interface PoolSetting {
  readonly path: string;
  /** `pm.max_children = 5`; null if the pool has none. */
  readonly line: string | null;
}

/** By the name in the section's brackets. */
function poolSettings({ configLines }: ProcessFacts): ReadonlyMap<string, PoolSetting> {
  const settings = new Map<string, PoolSetting>();
  for (const [path, lines] of Object.entries(configLines)) {
    let pool: string | null = null;
    for (const line of lines) {
      const section = /^\s*\[(.+?)\]/.exec(line)?.[1];
      if (section !== undefined) {
        pool = section === 'global' ? null : section;
        if (pool !== null) settings.set(pool, { path, line: settings.get(pool)?.line ?? null });
      } else if (pool !== null && /^\s*pm\.max_children/.test(line)) {
        settings.set(pool, { path, line: upTo(line, ';').trim() });
      }
    }
  }
  return settings;
}

function unread(facts: ProcessFacts): ConfiguredWorkers {
  return { count: null, by: null, where: `unknown: pm.max_children in ${mainFile(facts) ?? 'the files of its pools'}` };
}

/** For the master: its configured pools, with or without workers, and other pools that have workers. */
function pools({ head: { facts }, claim, apps = [] }: ServerProcesses): readonly Pool[] {
  if (claim.managed !== undefined) return [];
  const running = new Map<string, readonly number[]>([...poolSettings(facts).keys()].map((name) => [name, []]));
  for (const { claim: pool, workers } of apps) {
    if (pool.managed !== undefined) {
      running.set(
        pool.managed,
        workers.map(({ pid }) => pid),
      );
    }
  }
  return [...running].map(([name, pids]) => ({ name, pids, configured: ofPool(name, facts) }));
}

function ofPool(name: string, facts: ProcessFacts): ConfiguredWorkers {
  const setting = poolSettings(facts).get(name);
  if (setting === undefined || setting.line === null) return unread(facts);
  const { path, line } = setting;
  const count = /^pm\.max_children\s*=\s*(\d+)$/.exec(line)?.[1];
  const where = `${line} of [${name}] in ${path}`;
  return {
    count: count === undefined ? null : Number(count),
    by: { type: 'directive', name: 'pm.max_children' },
    where,
  };
}

function most({ head: { facts }, claim: { managed } }: ServerProcesses): MostWorkers | null {
  const { count = null } = managed === undefined ? {} : ofPool(managed, facts);
  return count === null ? null : { count, by: 'pm.max_children' };
}
