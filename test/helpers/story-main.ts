/**
 * Starts the story and keeps it until Ctrl-C, to try workertop on:
 *
 *     npx tsx test/helpers/story-main.ts [--ballast MB] [--beat-ballast MB] [--workers N] [--preload]
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import * as kernel from './kernel.ts';
import { startStory } from './story.ts';

const { values } = parseArgs({
  options: {
    ballast: { type: 'string', default: '0' },
    'beat-ballast': { type: 'string', default: '0' },
    workers: { type: 'string', default: '3' },
    preload: { type: 'boolean', default: false },
  },
});

// Set before anything is started, so that an early Ctrl-C does not end this process before its servers.
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);

const story = await startStory({
  workers: Number(values.workers),
  preload: values.preload,
  ballastMb: Number(values.ballast),
  beatBallastMb: Number(values['beat-ballast']),
});
const { project1, project2, redis, worker, beat } = story;
const line = (name: string, pid: number, more: string) => `${name.padEnd(24)} pid ${String(pid).padEnd(8)} ${more}\n`;
process.stdout.write(
  [
    `${story.path}\n`,
    line(
      'project1 gunicorn',
      project1.pid,
      `http://127.0.0.1:${project1.port}/pid  workers ${project1.workers().join(' ')}`,
    ),
    line(
      'project2 gunicorn',
      project2.pid,
      `http://127.0.0.1:${project2.port}/pid  workers ${project2.workers().join(' ')}`,
    ),
    line('project2 celery worker', worker.pid, `workers ${kernel.children(worker.pid).join(' ')}`),
    line('project2 celery beat', beat.pid, ''),
    line('redis', redis.pid, `127.0.0.1:${redis.port}`),
    'Ctrl-C ends them all.\n',
  ].join(''),
);
await interrupted;
await story.stop();
