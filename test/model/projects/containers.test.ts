import { describe, expect, it } from 'vitest';
import { groupProcesses } from '../../../src/model/projects/group.ts';
import { recognise } from '../../../src/recognise/recognise.ts';
import type { ContainerFacts, ProcessSample } from '../../../src/snapshot.ts';
import { directory, type SampleOptions, sample, snapshot } from '../../helpers/samples.ts';

const cgroupOf = (digit: string) => `/system.slice/docker-${digit.repeat(64)}.scope`;
const web = (app: string) => ['gunicorn', `${app}.wsgi`];
const worker = (app: string) => ['celery', '-A', app, 'worker'];
const beat = (app: string) => ['celery', '-A', app, 'beat'];

let next = 1;
/** A process in a container of its own whose directory is /app. */
function inside(digit: string, argv: readonly string[], options: Partial<SampleOptions> = {}): ProcessSample {
  next += 1;
  return sample({ pid: next, ppid: 0, argv, cgroup: cgroupOf(digit), directory: directory('/app'), ...options });
}

function projectsOf(...processes: readonly ProcessSample[]) {
  return groupProcesses(snapshot(processes), recognise(processes)).projects;
}

function outline(...processes: readonly ProcessSample[]) {
  return projectsOf(...processes).map(
    ({ name, servers, processes: loose }) =>
      `${name}: ${[...servers.map(({ definition }) => definition.kind), ...loose.map(({ facts }) => facts.argv[0])].join(' ')}`,
  );
}

const labelled = (project: string, service: string): ContainerFacts => ({
  name: `${project}-${service}-1`,
  project,
  service,
});

describe('the containers of one compose project', () => {
  it('are one project with all that runs in them, by the labels of their engine', () => {
    const container = (service: string) => ({ container: labelled('bookwyrm', service) });
    expect(
      outline(
        inside('a', web('bookwyrm'), container('web')),
        inside('b', worker('bookwyrm'), container('celery')),
        inside('c', ['redis-server *:6379'], { ...container('redis'), directory: null }),
        inside('d', ['/usr/bin/flowerd'], { ...container('flower'), directory: null }),
      ),
    ).toEqual(['bookwyrm: gunicorn celery redis /usr/bin/flowerd']);
  });

  it('are one project where the kernel has one directory for all, and keep their name whatever their ids are', () => {
    const bookwyrm = { directoryIdentity: '47:2' };
    const shop = { directoryIdentity: '47:9' };
    const deployed = (ids: readonly string[]) => {
      const [a = '', b = '', c = '', d = ''] = ids;
      return projectsOf(
        inside(a, web('bookwyrm'), bookwyrm),
        inside(b, worker('bookwyrm'), bookwyrm),
        inside(c, beat('bookwyrm'), bookwyrm),
        inside(d, web('shop'), shop),
      ).map(({ id, name, servers }) => [id, name, servers.length]);
    };
    const first = deployed(['a', 'b', 'c', 'd']);
    expect(first.map(([, name, count]) => [name, count])).toEqual([
      ['bookwyrm', 3],
      ['shop', 1],
    ]);
    expect(deployed(['f', 'e', '1', '0'])).toEqual(first);
  });

  it('are one project without either, where only one of them serves the app', () => {
    expect(outline(inside('a', worker('shop')), inside('b', web('shop')), inside('c', beat('shop')))).toEqual([
      'shop: celery gunicorn celery-beat',
    ]);
    expect(outline(inside('a', web('shop')), inside('b', web('blog')), inside('c', worker('blog')))).toEqual([
      'shop: gunicorn',
      'blog: gunicorn celery',
    ]);
  });

  it('stay apart from another’s, although all are of one checkout', () => {
    const at = (service: string) => ({ directoryIdentity: '47:2', container: labelled(service, 'web') });
    expect(outline(inside('a', web('shop'), at('staging-shop')), inside('b', web('shop'), at('live-shop')))).toEqual([
      'staging-shop: gunicorn',
      'live-shop: gunicorn',
    ]);
  });

  it('are one with what runs beside them in the directory that they have mounted', () => {
    const beside = sample({
      pid: 900,
      argv: beat('shop'),
      directory: directory('/srv/shop'),
      directoryIdentity: '47:2',
    });
    expect(outline(inside('a', web('shop'), { directoryIdentity: '47:2' }), beside)).toEqual([
      'shop: gunicorn celery-beat',
    ]);
  });
});

describe('a container’s project', () => {
  it.each(['/app', '/code', '/usr/src/app', '/srv/app', '/src'])('in %s is called as its app is', (path) => {
    expect(outline(inside('a', web('paperless'), { directory: directory(path) }))).toEqual(['paperless: gunicorn']);
  });

  it('is called as its directory is where that says something', () => {
    const paperless = { directory: directory('/usr/src/paperless/src') };
    expect(outline(inside('a', ['python3', 'manage.py', 'document_consumer'], paperless))).toEqual([
      'paperless: python3',
    ]);
  });

  it('is called as the directory is that it has mounted, where its app says nothing', () => {
    expect(outline(inside('a', web('config'), { directorySource: '/home/deploy/shop' }))).toEqual(['shop: gunicorn']);
  });

  it('is called as its app is before its id', () => {
    expect(outline(inside('a', web('shop'), { directory: null }))).toEqual(['shop: gunicorn']);
  });

  it('is called as its service is, where nothing of the app says anything', () => {
    const container: ContainerFacts = { name: 'orders', project: null, service: null };
    expect(outline(inside('a', ['node', 'server.js'], { container }))).toEqual(['orders: node']);
  });
});
