import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Files of the package that hold what signals, and what starts the helper that acts as a server's owner. */
const acting = ['as-owner.js', 'kill.js'];

let folder: string;
let hook: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-loaded-'));
  hook = join(folder, 'hook.cjs');
  writeFileSync(
    hook,
    `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, Object.keys(require.cache).join('\\n')));`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Names of the files of the package that a command loads. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const list = join(folder, 'loaded');
  const { error } = spawnSync(process.execPath, ['--require', hook, 'dist/cli.js', ...args], {
    env: { ...process.env, LOADED: list },
    timeout: 25_000,
  });
  if (error) throw error;
  return readFileSync(list, 'utf8')
    .split('\n')
    .map((path) => basename(path));
}

describe('the built package', () => {
  test.each([[['list']], [['export', '--once']], [['advise', '--for', '1s']], [['config']]])(
    '%j loads nothing that signals',
    (args) => {
      const loaded = loadedBy(...args);
      expect(loaded).toContain('main.js');
      expect(loaded.filter((name) => acting.includes(name))).toEqual([]);
    },
  );

  test('kill(2) is called in one file of workertop, and in the terminal library for Ctrl-Z', () => {
    const calling = readdirSync('dist').filter(
      (name) => name.endsWith('.js') && /\bprocess\.kill\b/.test(readFileSync(join('dist', name), 'utf8')),
    );
    expect(calling).toEqual(['blessed.js', 'kill.js']);
  });
});

/** Modules of src that a module loads as soon as it is loaded: not those of types, nor those imported later. */
function loadedWith(module: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(module)) return seen;
  seen.add(module);
  const source = readFileSync(module, 'utf8');
  for (const [, , path = ''] of source.matchAll(/^(?:import|export) (?!type\b)([^;]*?from )?'(\.[^']+)';/gm))
    loadedWith(join(dirname(module), path), seen);
  return seen;
}

describe('the sources', () => {
  test.each(['run', 'commands/list', 'commands/export', 'commands/advise', 'commands/record'])(
    'src/cli/%s.ts loads nothing of src/control',
    (name) => {
      const loaded = [...loadedWith(`src/cli/${name}.ts`)];
      expect(loaded.length).toBeGreaterThan(10);
      expect(loaded.filter((module) => module.startsWith('src/control/'))).toEqual([]);
    },
  );

  test('src/cli/commands/scale.ts does, so the test sees it', () => {
    expect([...loadedWith('src/cli/commands/scale.ts')]).toContain('src/control/controller.ts');
  });
});
