import { describe, expect, it } from 'vitest';
import { type RecognisedServer, recognise } from '../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { type SampleOptions, sample } from '../helpers/samples.ts';

const daemon = sample({ pid: 10, argv: ['PM2 v7.0.4: God Daemon (/home/web/.pm2)'], exe: '/opt/node/bin/node' });

/** As pm2 7.0 starts it. */
const forked = (pid: number, name: string, id: string, options: Partial<SampleOptions> = {}) =>
  sample({ ppid: 10, argv: ['node /srv/shop/server.js'], environment: { name, pm_id: id }, ...options, pid });

const clustered = (pid: number, name: string, id: string) =>
  forked(pid, name, id, {
    environment: { 'pm2_env.name': name, 'pm2_env.pm_id': id, 'pm2_env.instances': '2', NODE_UNIQUE_ID: '1' },
  });

function apps(...processes: readonly ProcessSample[]): readonly RecognisedServer[] {
  return recognise(processes).filter(({ definition }) => definition.kind === 'pm2');
}

function command(server: RecognisedServer | undefined, direction: 1 | -1) {
  const scaling = server?.definition.scaling;
  return server && scaling?.method === 'command' ? scaling.command(server, direction) : undefined;
}

describe('the apps of pm2', () => {
  it('are servers by their names, each with its own key', () => {
    const found = apps(daemon, forked(11, 'shop', '0'), clustered(12, 'api', '1'), forked(13, 'shop', '2'));
    expect(found.map(({ managed, workers }) => [managed, workers.map(({ pid }) => pid)])).toEqual([
      ['shop', [11, 13]],
      ['api', [12]],
    ]);
    expect(new Set(found.map(({ key }) => key)).size).toBe(2);
  });

  it('keep their key while their processes come and go', () => {
    const before = apps(daemon, forked(11, 'shop', '0'), forked(13, 'shop', '2'));
    const after = apps(daemon, forked(13, 'shop', '2'));
    expect(after[0]?.key).toBe(before[0]?.key);
  });

  it('have the children of their processes for helpers, which inherit the environment', () => {
    const child = forked(20, 'shop', '0', { ppid: 11 });
    const [shop] = apps(daemon, forked(11, 'shop', '0'), child);
    expect(shop?.processes.map(({ process, role }) => [process.pid, role])).toEqual([
      [11, 'worker'],
      [20, 'helper'],
    ]);
  });

  it('are none where no daemon runs them', () => {
    expect(apps(forked(11, 'shop', '0', { ppid: 1 }))).toEqual([]);
  });
});

describe('the commands of pm2', () => {
  const long = `/srv/${'very-'.repeat(40)}long/.pm2`;
  const cut = `PM2 v7.0.4: God Daemon (${long}`.slice(0, 90);
  const homeBy = (argv: string, environment: Readonly<Record<string, string>>) => {
    const [app] = apps(sample({ pid: 10, argv: [argv], environment }), forked(11, 'shop', '0'));
    return app && command(app, 1)?.environment?.['PM2_HOME'];
  };

  it('go to the home in the environment of a daemon whose title was cut', () => {
    expect(homeBy(cut, { PM2_HOME: long })).toBe(long);
    expect(homeBy('PM2 v7.0.4: God Daemon (/srv/a)', { PM2_HOME: '/srv/a)b' })).toBe('/srv/a)b');
  });

  it('are none where the title was cut and the environment says nothing of it', () => {
    expect(apps(sample({ pid: 10, argv: [cut] }), forked(11, 'shop', '0'))).toHaveLength(1);
    expect(homeBy(cut, {})).toBeUndefined();
    expect(homeBy(cut, { PM2_HOME: '/home/mallory/.pm2' })).toBeUndefined();
  });

  const shop = () => apps(daemon, forked(11, 'shop', '10'), forked(12, 'shop', '9'))[0];

  it('go to the daemon of that home', () => {
    const by = {
      program: 'pm2',
      places: ['/opt/node/bin'],
      environment: { PM2_HOME: '/home/web/.pm2' },
      directories: ['/home/web/.pm2'],
    };
    expect(command(shop(), 1)).toEqual({ ...by, args: ['scale', 'shop', '+1'] });
    expect(command(shop(), -1)).toEqual({ ...by, args: ['delete', '9'] });
  });

  it('end no process where the id of one is not known', () => {
    const odd = { ...forked(12, 'shop', '1'), startTicks: 1 };
    const [server] = apps(daemon, forked(11, 'shop', '0'), odd);
    const unknown = server && { ...server, workers: [...server.workers, sample({ pid: 30, environment: {} })] };
    expect(command(unknown, -1)).toBeNull();
  });

  it('take no name for an option', () => {
    const [server] = apps(daemon, forked(11, '--kill', '0'));
    expect(server?.definition.scaling.refuse?.(server)).toContain('for an option');
  });
});

describe('a second process of an app in fork mode', () => {
  const listening = (port: number) => [{ address: `127.0.0.1:${port}`, inode: port, queue: 0 }];
  const refusal = (...processes: readonly ProcessSample[]) => {
    const [server] = apps(daemon, ...processes);
    return server?.definition.scaling.refuse?.(server) ?? null;
  };

  it('is refused where the app listens, with what to do', () => {
    const text = refusal(forked(11, 'shop', '0', { listeners: listening(8000) }));
    expect(text).toContain('127.0.0.1:8000');
    expect(text).toContain('-i 2');
  });

  it('is refused where what the app has started listens, as with npm start', () => {
    const npm = forked(11, 'shop', '0', { listeners: [] });
    const server = sample({ pid: 20, ppid: 11, argv: ['next-server'], listeners: listening(3000) });
    expect(refusal(npm, server)).toContain('127.0.0.1:3000');
  });

  it('is refused where it cannot be read whether the app listens', () => {
    expect(refusal(forked(11, 'shop', '0'))).toContain('cannot read whether');
  });

  it('may be added where the app does not listen', () => {
    expect(refusal(forked(11, 'jobs', '0', { listeners: [] }))).toBeNull();
  });

  it('may be added where each listens at an address of its own', () => {
    const two = [8000, 8001].map((port, id) => forked(11 + id, 'shop', `${id}`, { listeners: listening(port) }));
    expect(refusal(...two)).toBeNull();
    const environment = { name: 'shop', pm_id: '0', increment_var: 'PORT' };
    expect(refusal(forked(11, 'shop', '0', { environment, listeners: listening(8000) }))).toBeNull();
  });

  it('is no matter of cluster mode, which shares the port', () => {
    expect(refusal(clustered(11, 'shop', '0'))).toBeNull();
  });
});
