import { expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build.ts';
import { findTargets, whyNoTarget } from '../../../src/model/scaling/target.ts';
import { caught, directory, sample, snapshot } from '../../helpers/samples.ts';

const shop = { directory: directory('/srv/shop') };
const gunicorn = { argv: ['gunicorn', 'shop.wsgi'], caught: caught.gunicornMaster, ...shop };
const model = buildModel(
  snapshot([
    sample({ pid: 10, ...gunicorn }),
    sample({ pid: 11, ppid: 10, ...gunicorn, caught: caught.gunicornWorker }),
    sample({ pid: 20, argv: ['celery', 'worker'], ...shop }),
    sample({ pid: 30, argv: ['celery', 'worker'], directory: directory('/srv/mail') }),
    sample({
      pid: 31,
      argv: ['celery', 'worker', '-n', 'bulk@%h', '-Q', 'news,ads'],
      directory: directory('/srv/mail'),
    }),
    sample({ pid: 40 }),
  ]),
  null,
  { memoryTotal: null },
);

it.each([
  ['10', [10]],
  // A worker means its server.
  ['11', [10]],
  ['20', [20]],
  ['shop', [10]],
  ['shop:celery', [20]],
  ['shop:gunicorn', [10]],
  ['mail', [30, 31]],
  ['dir:/srv/mail', [30, 31]],
  // By the name of a celery node, or of one of its queues.
  ['mail:bulk', [31]],
  ['mail:ads', [31]],
])('the target %s names its servers', (text, pids) => {
  expect(findTargets(model, text).map(({ head }) => head.pid)).toEqual(pids);
});

it.each([
  ['40', '40 is not part of a server that workertop knows'],
  ['99', 'no process 99'],
  ['shop:puma', 'shop has no puma: it has gunicorn, celery'],
  ['blog', 'no project blog: the projects are shop, mail'],
])('the target %s names no server, and says why', (text, reason) => {
  expect(findTargets(model, text)).toEqual([]);
  expect(whyNoTarget(model, text)).toBe(reason);
});

it('a name that only a number distinguishes is no target: the number may change', () => {
  const redis = (pid: number, user: string) => sample({ pid, ppid: 0, argv: ['redis-server *:6379'], user });
  const twins = buildModel(snapshot([redis(1, 'redis'), redis(2, 'root')]), null, { memoryTotal: null });
  expect(twins.projects.map(({ name }) => name)).toEqual(['redis', 'redis (root)']);
  const numbered = {
    ...twins,
    projects: twins.projects.map((project) => ({ ...project, name: 'redis (2)', numbered: true })),
  };
  for (const text of ['redis (2)', 'redis (2):redis']) {
    expect(findTargets(numbered, text)).toEqual([]);
    expect(whyNoTarget(numbered, text)).toMatch(
      /^only a number distinguishes redis \(2\) from another project.* by a pid, \d$/,
    );
  }
});
