import { refused } from '../live/refused.ts';
import { scalable } from '../live/scaled.ts';
import { recorded } from '../servers/recorded-cases.ts';

/** Kinds that live tests outside the tables start, by the test. */
export const startedElsewhere: Readonly<Record<string, readonly string[]>> = {
  'test/live/list.test.ts': ['gunicorn', 'celery', 'celery-beat'],
  'test/live/pools.test.ts': ['php-fpm', 'passenger', 'mod_wsgi'],
  'test/live/pm2.test.ts': ['pm2', 'pm2-daemon'],
};

/** Kinds of servers that are recognised by a test that starts the real one. */
export const liveKinds: ReadonlySet<string> = new Set([
  ...[...refused, ...scalable].map(({ kind }) => kind),
  ...Object.values(startedElsewhere).flat(),
]);

/** Newer versions than those that live tests start, which were started by hand and looked at. */
const triedByHand: Readonly<Record<string, string>> = {
  gunicorn: '26.1.0',
  uvicorn: '0.35.0',
  hypercorn: '0.18.0',
  waitress: '3.0.2',
  rq: '2.10.1',
};

/** Kinds that are recognised by what was recorded of one. */
export const recordedKinds: ReadonlySet<string> = new Set(recorded.map(({ kind }) => kind));

/** How a kind was tested, for people: `as recorded of 2.2.0`. */
export function testedText(kind: string): string {
  if (liveKinds.has(kind)) {
    const version = triedByHand[kind];
    return `against the real server${version === undefined ? '' : `, ${version} by hand`}`;
  }
  const from = recorded.find((one) => one.kind === kind && one.from !== undefined)?.from;
  if (from === undefined) return recordedKinds.has(kind) ? 'against recorded data, of no noted version' : '';
  return from.by === 'run' ? `as recorded of ${from.version}` : `after the source of ${from.version}`;
}
