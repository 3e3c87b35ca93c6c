import { usesText } from '../../../model/activity/waits.ts';
import { inUsePhrase, LETTERS, lettersOf, sharePhrase, whyUntold } from '../../../model/activity/words.ts';
import { usage } from '../../../model/history/utilisation.ts';
import type { Model, Server } from '../../../model/model.ts';
import { sumKnown } from '../../../model/rates.ts';
import { fitText } from '../../../model/scaling/price.ts';
import { launchersOf } from '../../../state/launchers.ts';
import { clean } from '../../../text/sanitize.ts';
import { fill } from '../../../text/width.ts';
import { countText, duration, memoryText } from '../../format.ts';
import { type Line, span } from '../../style.ts';
import { type Context, LABEL } from './context.ts';

/** Seconds over which workers in use are counted. */
const LATELY = 600;

/** Things that workers wait for, at most. */
const MOST_USES = 8;

/** What a server is and does, and where its number of workers is set. */
export function serverLines(server: Server, context: Context): readonly Line[] {
  const { say, theme, model } = context;
  const { definition, workers, pools, startedBy, scaling, version, head } = server;
  const what = server.managed === null ? `${head.role} ${head.pid}` : `${server.managed}, run by ${head.pid}`;
  const configured = workers.configured.count === null ? '' : `${workers.configured.count}: `;
  return [
    ...say('server', `${definition.label}${version === null ? '' : ` ${version}`}, ${what}`),
    ...say('app', server.app),
    ...say('remark', server.remark),
    ...say('listens on', server.bind.join(', ')),
    ...say('connections', connectionsOf(server)),
    ...say('workers', workersOf(server, model)),
    ...inUseLines(server, context),
    ...(pools.length > 0 ? [] : say('configured', `${configured}${workers.configured.where}`)),
    ...say('at most', mostOf(server, model)),
    // The place of a number that is given by it says it already.
    ...(workers.configured.where.includes(startedBy ?? '') ? [] : say('started by', startedBy)),
    ...say('launched by', launchersText(server)),
    ...pools.flatMap((pool) => say('pool', `${pool.name}: ${pool.pids.length} running; ${pool.configured.where}`)),
    scaling.available
      ? [span(fill('scaling', LABEL), theme.faint), span('+ and - add and trim workers', theme.good)]
      : [span(fill('scaling', LABEL), theme.faint), span('not by signals', theme.warning)],
    ...say('', scaling.reason),
  ];
}

/** How many workers are in use, what each is doing now, and what they have waited for. */
function inUseLines(server: Server, { say, history, model }: Context): readonly Line[] {
  const { activity } = server;
  if (activity === null) return [];
  const { basis, inUse, total } = activity;
  if (basis === null || inUse === null || total === null) return say('in use', `unknown: ${whyUntold(activity)}`);
  const lately = usage(history, server.key, LATELY);
  const share = lately === null ? null : sharePhrase(server, lately.share);
  const phrase =
    share === null || lately === null ? inUsePhrase(inUse, activity) : `${share} (${duration(lately.seconds)})`;
  if (basis === 'connections') return say('in use', `${phrase.replace(/ in use/, '')}; by its accepted connections`);
  const now = lettersOf(server);
  const uses = usesText(history.uses(server.key), model, MOST_USES);
  return [
    ...say('in use', phrase.replace(/ in use/, '')),
    ...say('now', now === '' ? null : `${now}   (${LETTERS})`),
    ...say('waits for', uses === null ? null : `${uses} (shares of the time in use, 10 min)`),
  ];
}

/** Processes that only wait for the server that they started, with what they take. */
function launchersText(server: Server): string | null {
  const all = launchersOf(server).map(
    ({ pid, memory, sample }) => `${clean(sample.facts.comm)} ${pid} (${memoryText(memory)})`,
  );
  return all.length === 0 ? null : all.join(', ');
}

/** Null for what listens nowhere. */
function connectionsOf({ listeners, queue }: Server): string | null {
  if (listeners === null) return 'unknown: only root may read it';
  if (listeners.length === 0) return null;
  const open = listeners.map((listener) => listener.open);
  const known = open.every((count) => count !== undefined) ? `${countText(sumKnown(open))} open, ` : '';
  return `${known}${countText(queue)} waiting to be accepted`;
}

/** What limits its workers, and what the memory has room for. */
function mostOf(server: Server, model: Model): string | null {
  const { most } = server.workers;
  if (most === null) return null;
  const fit = fitText(server, model);
  return `${most.count}, by ${most.by}${fit === null ? '' : `; ${fit} in memory`}`;
}

function workersOf({ workers, definition, bind }: Server, { host }: Model): string | null {
  if (workers.current === 0) return null;
  // A limit that is set by hand has nothing to do with cores.
  const advised = definition.category === 'app' && bind.length > 0 && workers.most === null;
  const start = advised ? `; gunicorn suggests starting with ${host.recommendedWorkers}` : '';
  return `${workers.current} running${start}`;
}
