import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { areSeveral, namedMachines, parseHosts, withoutPatterns } from '../../src/cli/machines.ts';
import { hostNames } from '../../src/cli/ssh-config.ts';

/** Names of Host in a configuration of these files. */
const namesIn = (files: Readonly<Record<string, string>>) =>
  hostNames('/home/ann/.ssh/config', '/home/ann', {
    read: async (path) => files[path] ?? null,
    list: async (directory) =>
      Object.keys(files).flatMap((path) => {
        const [name] = path.startsWith(`${directory}/`) ? path.slice(directory.length + 1).split('/') : [];
        return name === undefined ? [] : [name];
      }),
  });

describe('the names of ssh’s configuration', () => {
  it('are those of Host, without patterns, however it is written', async () => {
    const config = 'Host web1 web2\n  HostName 10.0.0.1\nhost="db 1"\nHOST = web3 # old\nHost * !web9 web?\n#Host no\n';
    expect(await namesIn({ '/home/ann/.ssh/config': config })).toEqual(['web1', 'web2', 'db 1', 'web3']);
  });

  it('stand in included files too, by relative and absolute paths and by wildcards', async () => {
    const files = {
      '/home/ann/.ssh/config': 'Include config.d/* ~/more\nInclude /etc/fleet/*/hosts\nHost last\nInclude missing',
      '/home/ann/.ssh/config.d/b': 'Host b\nInclude more-b',
      '/home/ann/.ssh/config.d/a': 'Host a',
      '/home/ann/.ssh/config.d/.hidden': 'Host hidden',
      '/home/ann/.ssh/more-b': 'Host more-b',
      '/home/ann/more': 'Host home',
      '/etc/fleet/eu/hosts': 'Host eu',
      '/etc/fleet/us/hosts': 'Host us',
    };
    expect(await namesIn(files)).toEqual(['a', 'b', 'more-b', 'home', 'eu', 'us', 'last']);
  });

  it('end where files include each other', async () => {
    const files = { '/home/ann/.ssh/config': 'Host one\nInclude config\nInclude config' };
    expect(await namesIn(files)).toEqual(['one']);
  });
});

describe('a pattern', () => {
  const known = async () => ['web1', 'web10', 'db1', '-oProxyCommand=x', 'a b'];

  it('stands for the names that it matches, with its user', async () => {
    expect(await withoutPatterns(['web*', 'deploy@web?', 'other'], known)).toEqual([
      'web1',
      'web10',
      'deploy@web1',
      'other',
    ]);
  });

  it('never becomes an option of ssh', async () => {
    expect(await withoutPatterns(['*'], known)).toEqual(['web1', 'web10', 'db1']);
  });

  it('that matches nothing is an error', async () => {
    await expect(withoutPatterns(['app*'], known)).rejects.toThrow('no Host in ~/.ssh/config matches app*');
  });
});

describe('a file of hosts', () => {
  it('has one on each line, and comments', () => {
    expect(parseHosts('web1\n\n# old: web2\n  deploy@web3   # new\r\nssh://a:22\n', 'f')).toEqual([
      'web1',
      'deploy@web3',
      'ssh://a:22',
    ]);
  });

  it.each([
    ['web1\nweb2 web3\n', 'f, line 2: web2 web3 is not an ssh destination'],
    ['-oProxyCommand=x\n', 'f, line 1: -oProxyCommand=x is not an ssh destination'],
    ['# nothing\n', 'f names no host'],
  ])('%j is an error', (text, message) => {
    expect(() => parseHosts(text, 'f')).toThrow(message);
  });
});

describe('--host', () => {
  it('once is one machine, again is several, each of them once', async () => {
    expect(await namedMachines({ hosts: ['a'] })).toEqual({ host: 'a', machines: null });
    expect(await namedMachines({ hosts: ['b', 'a', 'b'] })).toEqual({ host: null, machines: ['b', 'a'] });
    expect(await namedMachines({})).toEqual({ host: null, machines: null });
  });

  it('is several by how it is named, not by how many that are', () => {
    expect([{ hosts: ['a', 'a'] }, { hosts: ['web*'] }, { hostsFile: 'f' }].map(areSeveral)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('names no more machines than can be connected', async () => {
    const hosts = Array.from({ length: 101 }, (_, index) => `web${index}`);
    await expect(namedMachines({ hosts })).rejects.toThrow('101 machines are too many: 100 are possible');
  });

  it.each([
    ['list', '--host', 'a', '--host', 'b'],
    ['--host', 'web*', '--host=b', '--sudo'],
    ['list', '--hosts', 'file'],
  ])('may name several: %s %s %s', (...argv) => {
    expect(parseCommandLine(argv).given).toMatchObject(
      argv.includes('--hosts') ? { hostsFile: 'file' } : { hosts: expect.anything() },
    );
  });

  it.each([
    [['scale', 'shop', '+1', '--host', 'a', '--host', 'b'], 'scale takes one machine'],
    [['tune', 'shop', '--host', 'web*'], 'tune takes one machine'],
    [['advise', '--host', 'web*'], 'advise takes one machine'],
    [['record', 'f', '--host', 'a', '--host', 'a'], 'record takes one machine'],
    [['record', 'f', '--hosts', 'g'], '--hosts does not apply to record'],
  ])('%j is refused: %s', (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(message);
  });
});
