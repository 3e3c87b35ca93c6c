import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig, showConfig } from '../../src/cli/config-file.ts';
import { settingsInForce } from '../../src/cli/in-force.ts';
import { defaults, type Settings } from '../../src/cli/settings.ts';
import { sortNames } from '../../src/state/sort.ts';
import { hideable } from '../../src/view/columns.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';
import { list, workertop } from '../helpers/workertop.ts';

let folder: string;
let tree: ProcTree;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-config-'));
  tree = makeProcTree();
  const memory = (pss: number) => ({ rss: 2 * pss, pss, uss: pss / 2 });
  for (const [pid, ppid, app, pss, uid] of [
    [10, 1, 'shop', 65536, 1000],
    [11, 10, 'shop', 65536, 1000],
    [20, 1, 'blog', 8192, 1001],
    [21, 20, 'blog', 8192, 1001],
  ] as const) {
    const argv = ['/usr/bin/python3', '/usr/bin/gunicorn', '-w', '1', `${app}.wsgi`];
    tree.add(pid, { argv, ppid, uid, cwd: `/srv/${app}`, caught: '8314a07', memory: memory(pss) });
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  tree.close();
});

function configFile(text: string): string {
  const file = join(folder, 'config.toml');
  writeFileSync(file, text);
  return file;
}

/** Names of the projects, from top to bottom. */
async function projects(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await workertop('list', '--proc', tree.root, ...args);
  expect(stderr).toBe('');
  return [...stdout.matchAll(/^(shop|blog)\b/gm)].map(([name]) => name);
}

describe('the configuration file', () => {
  it('sorts the table, unless --sort does', async () => {
    const file = configFile('sort = "name"');
    expect(await projects()).toEqual(['shop', 'blog']);
    expect(await projects('--config', file)).toEqual(['blog', 'shop']);
    expect(await projects('--config', file, '--sort', 'mem')).toEqual(['shop', 'blog']);
  });

  it('names projects by rules', async () => {
    const file = configFile('[[projects]]\nname = "mine"\ndirectory = "/srv/*"\n');
    const listing = await list('--proc', tree.root, '--config', file);
    expect(listing.projects.map(({ name, servers }) => [name, servers.length])).toEqual([['mine', 2]]);
  });

  it('says what shares are shares of, unless --memory does', async () => {
    const share = async (...args: readonly string[]) => {
      const listing = await list('--proc', tree.root, ...args);
      return { ...listing.host.memory, share: listing.projects.find(({ name }) => name === 'shop')?.memory.share };
    };
    expect(await share('--config', configFile('memory = "512M"'))).toMatchObject({
      total: 512 * 1024 ** 2,
      limitedBy: 'option',
      share: 128 / 512,
    });
    const file = configFile('memory = "512M"');
    expect(await share('--config', file, '--memory', '256M')).toMatchObject({ share: 128 / 256 });
  });

  it('forbids signals by read-only', async () => {
    const file = configFile('read-only = true');
    const { code, stderr } = await workertop('scale', '--proc', tree.root, '--config', file, '10', '+1');
    expect([code, stderr]).toEqual([1, expect.stringContaining('--read-only')]);
  });

  it('has no effect where there is none', async () => {
    configFile('delay = 7');
    const invocation = { command: 'top', operands: [], given: {} } as const;
    const named = { ...invocation, given: { config: join(folder, 'config.toml') } };
    expect((await settingsInForce(named, {})).delay).toBe(7);
    expect(await settingsInForce(invocation, { XDG_CONFIG_HOME: '/nowhere', HOME: '/nowhere' })).toEqual(defaults);
  });
});

describe('list', () => {
  it('shows what a filter matches, as a table and as JSON', async () => {
    expect(await projects('--filter', 'shop')).toEqual(['shop']);
    const listing = await list('--proc', tree.root, '--filter', 'shop');
    expect(listing.projects.map(({ name }) => name)).toEqual(['shop']);
  });

  it('shows what a filter matches where workertop alone is piped', async () => {
    const { stdout } = await workertop('--proc', tree.root, '-f', 'blog');
    expect(stdout).toMatch(/^blog/m);
    expect(stdout).not.toMatch(/shop/);
  });

  it('shows a user by name', async () => {
    tree.add(30, { argv: ['/usr/bin/python3', '/srv/other/app.py'], uid: 0, cwd: '/srv/other' });
    const { stdout } = await workertop('list', '--proc', tree.root, '--user', 'root');
    expect(stdout).toMatch(/other|system/);
    expect(stdout).not.toMatch(/^(?:shop|blog)/m);
    tree.remove(30);
  });
});

/** What the configuration file can hold, and TOML with it: no halves of surrogate pairs. */
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/\p{Cs}/u.test(text));
const fileSettings: fc.Arbitrary<Partial<Settings>> = fc.record({
  delay: fc.integer({ min: 1, max: 36000 }).map((tenths) => tenths / 10),
  sort: fc.constantFrom(...sortNames),
  memory: fc.option(fc.integer({ min: 1024 ** 2, max: 2 ** 50 }), { nil: null }),
  readOnly: fc.boolean(),
  color: fc.boolean(),
  ascii: fc.boolean(),
  mouse: fc.boolean(),
  hide: fc.subarray([...hideable]),
  projects: fc.array(fc.record({ name: word, directory: word, command: word }), { maxLength: 3 }),
});

describe('the output of workertop config', () => {
  it('says the same when it is read as a configuration file', () => {
    fc.assert(
      fc.property(fileSettings, (some) => {
        const inForce: Settings = { ...defaults, ...some };
        const text = showConfig(inForce);
        expect({ ...defaults, ...parseConfig(text, 'config.toml') }).toEqual(inForce);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('says what the file and the options say', async () => {
    const file = configFile('delay = 5\nsort = "name"\n');
    const { stdout } = await workertop('config', '--config', file, '--sort', 'cpu');
    expect(parseConfig(stdout, 'config.toml')).toEqual({ delay: 5, sort: 'cpu', projects: [] });
  });

  it('is read without its marks of comments too', () => {
    const text = showConfig(defaults).replace(/^# (?=[a-z-]+ = |\[\[)/gm, '');
    expect(parseConfig(text, 'config.toml')).toMatchObject({ delay: 2, memory: 1.5 * 1024 ** 3 });
  });
});
