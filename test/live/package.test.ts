import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { nodeOf } from '../helpers/nodes.ts';
import { openPty } from '../helpers/pty.ts';
import { schemaProblems } from '../helpers/schema.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

let folder: string;
let tarball: string;
/** The package where npm puts it, far from this checkout and its node_modules. */
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-package-'));
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, DIST], {
    encoding: 'utf8',
  }).trim();
  tarball = join(folder, name);
  execFileSync('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund', '--prefix', folder, tarball]);
  installed = join(folder, 'node_modules/workertop');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the published package', () => {
  it('is one package without dependencies, of at most 1 MB', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['workertop']);
    expect(statSync(tarball).size).toBeLessThan(1_000_000);
    const { dependencies, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect({ dependencies, bin }).toEqual({ bin: { workertop: 'cli.js' } });
  });

  it('holds what its users read', () => {
    for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'schema/list.json', 'docs/workertop.1'])
      expect(existsSync(join(installed, file)), file).toBe(true);
  });

  it('tells the licence of every package that is bundled', () => {
    const notice = readFileSync(join(installed, 'NOTICE'), 'utf8');
    for (const name of Object.keys(manifest.dependencies)) expect(notice).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notice.match(/Permission is hereby granted|Licence: /g)?.length).toBeGreaterThan(10);
  });

  it('asks for nothing but what is in it', () => {
    const optional = /^(?:(?:macos|osx)-temperature-sensor|term\.js|pty\.js)$/;
    for (const file of readdirSync(installed).filter((name) => name.endsWith('.js'))) {
      const text = readFileSync(join(installed, file), 'utf8');
      for (const [, name = ''] of text.matchAll(/\brequire\("([^"]+)"\)/g)) {
        const isThere = name.startsWith('./')
          ? existsSync(join(installed, name))
          : isBuiltin(name) || optional.test(name);
        expect(isThere, `${file}: ${name}`).toBe(true);
      }
    }
  });
});

describe.each(['18.19.1', '20', '22', '24'])('on Node %s', (version) => {
  const run = (...args: readonly string[]) => {
    const { stdout, stderr, status } = spawnSync(nodeOf(version), [join(installed, 'cli.js'), ...args], {
      encoding: 'utf8',
    });
    return { stdout, stderr, status };
  };

  it('tells its version', () => {
    expect(run('--version')).toEqual({ stdout: `workertop ${manifest.version}\n`, stderr: '', status: 0 });
  });

  it.each([[[]], [['--source', 'portable']]])('lists this machine %j', (options) => {
    const { stdout, stderr, status } = run('list', '--json', ...options);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(schemaProblems(JSON.parse(stdout))).toEqual([]);
    expect(run('list', ...options).stdout).toMatch(/^system {2}\d+ process/m);
  });

  it.each(['xterm-256color', 'a-terminal-of-no-name'])('draws the dashboard on %s', async (term) => {
    const pty = openPty(nodeOf(version), [join(installed, 'cli.js'), 'demo'], { cols: 100, rows: 30, term });
    await pty.waitFor('project1');
    pty.press('q');
    expect((await pty.exit).code).toBe(0);
  });
});

it('the package draws charts on the oldest Node, by what is bundled of blessed-contrib', async () => {
  const pty = openPty(nodeOf('18.19.1'), [join(installed, 'cli.js'), 'demo', '--delay', '0.2'], {
    cols: 100,
    rows: 30,
  });
  await pty.waitFor('project1');
  pty.press('t');
  await pty.waitFor('┌─ ');
  // One project alone is drawn in Braille.
  pty.press('\t');
  await pty.waitFor(/[\u2801-\u28ff]/);
  await pty.close();
});

it.each(['16', '12.22.12'])('Node %s is told what is needed, in one line', (version) => {
  const program = nodeOf(version);
  const { stdout, stderr, status } = spawnSync(program, [join(installed, 'cli.js'), 'list'], { encoding: 'utf8' });
  expect(stderr).toMatch(/^workertop: Node 18\.19 or newer is needed, and this is Node \d+\.\d+\.\d+\n$/);
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
});
