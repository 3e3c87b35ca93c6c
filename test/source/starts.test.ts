/** Which virtualenv and which project a process belongs to, for each way in which servers are started. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import type { ProcessFacts } from '../../src/snapshot.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { filesHere } from '../helpers/files.ts';
import { makeProcTree, type ProcTree, type TreeProcess } from '../helpers/proc-tree.ts';

let tree: ProcTree;
let files: string;

beforeEach(() => {
  tree = makeProcTree();
  // Not below a directory that holds many things, such as /tmp itself: there a project may be.
  files = mkdtempSync(join(tmpdir(), 'workertop-starts-'));
});
afterEach(() => {
  tree.close();
  rmSync(files, { recursive: true });
});

function write(path: string, text = ''): string {
  const file = join(files, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A virtualenv with gunicorn in it. */
function venv(path: string): string {
  write(`${path}/pyvenv.cfg`, 'home = /usr/bin\nversion = 3.11.2\n');
  write(`${path}/bin/python`);
  write(`${path}/lib/python3.11/site-packages/gunicorn-20.1.0.dist-info/METADATA`);
  return join(files, path);
}

async function factsOf(process: TreeProcess): Promise<ProcessFacts> {
  tree.add(10, { exe: '/usr/bin/python3.11', ...process });
  const source = new ProcSource({ tree: new LocalTree(tree.root), factRequests, files: filesHere() });
  try {
    const { processes } = await source.read({
      memoryBudget: 0,
      prefer: new Set(),
      watch: new Set(),
      listeners: new Set(),
      patience: 10,
    });
    const [found] = processes;
    if (found === undefined) throw new Error('no process');
    return found.facts;
  } finally {
    source.close();
  }
}

const title = ['gunicorn: master [shop]'];

describe('the virtualenv of', () => {
  let shop: string;
  let argv: readonly string[];
  beforeEach(() => {
    shop = venv('shop/.venv');
    argv = [`${shop}/bin/python3`, `${shop}/bin/gunicorn`, 'shop.wsgi'];
  });

  it('a script started by its path, as a unit does, is the one in its #! line', async () => {
    expect((await factsOf({ argv })).virtualenv).toMatchObject({ path: shop, name: 'shop', evidence: 'argv' });
  });

  it('one started after `activate`, by `uv run` or `pipenv run` is what VIRTUAL_ENV says', async () => {
    expect((await factsOf({ argv, environ: { VIRTUAL_ENV: shop } })).virtualenv).toMatchObject({
      path: shop,
      evidence: 'environ',
    });
  });

  it('`-m gunicorn` by a relative path is found from its directory', async () => {
    const relative = ['.venv/bin/python', '-m', 'gunicorn', 'shop.wsgi'];
    const found = await factsOf({ argv: relative, cwd: join(files, 'shop') });
    expect(found.virtualenv).toMatchObject({ path: shop, evidence: 'argv' });
    expect(found.packages['gunicorn']).toBe('20.1.0');
  });

  it('the same is found though --chdir has led it elsewhere: by PWD, or above where it is', async () => {
    const relative = ['.venv/bin/python', '-m', 'gunicorn', '--chdir', 'src', 'shop.wsgi'];
    mkdirSync(join(files, 'shop/src'));
    expect((await factsOf({ argv: relative, cwd: join(files, 'shop/src') })).virtualenv?.path).toBe(shop);
    const PWD = join(files, 'shop');
    expect((await factsOf({ argv: relative, cwd: '/', environ: { PWD } })).virtualenv?.path).toBe(shop);
  });

  it('a bare `python` is the first on its PATH', async () => {
    const other = join(files, 'other/bin');
    write('other/bin/python');
    const bare = ['python', 'manage.py', 'run_huey'];
    const PATH = `${join(files, 'nowhere')}:${shop}/bin:/usr/bin`;
    expect((await factsOf({ argv: bare, environ: { PATH } })).virtualenv).toMatchObject({ path: shop });
    expect((await factsOf({ argv: bare, environ: { PATH: `${other}:${PATH}` } })).virtualenv).toBeNull();
  });

  it('one behind a title is the one whose packages are mapped', async () => {
    const maps = `7f00 r-xp 0 08:01 5 ${shop}/lib/python3.11/site-packages/setproctitle/x.so\n`;
    expect((await factsOf({ argv: title, maps })).virtualenv).toMatchObject({ path: shop, evidence: 'maps' });
  });

  it('one made with --copies is where its interpreter is, whatever the title and the shell say', async () => {
    const other = venv('other');
    const found = await factsOf({ argv: title, exe: `${shop}/bin/python3.11`, environ: { VIRTUAL_ENV: other } });
    expect(found.virtualenv).toMatchObject({ path: shop, evidence: 'exe' });
  });

  it('conda is where its interpreter is, though the base is what is activated', async () => {
    const conda = join(files, 'conda');
    write('conda/conda-meta/history', '==> 2026');
    write('conda/envs/shop/conda-meta/history', '==> 2026');
    const started = await factsOf({
      argv: ['python', 'x.py'],
      exe: `${conda}/envs/shop/bin/python3.12`,
      environ: { CONDA_PREFIX: conda },
    });
    expect(started.virtualenv).toMatchObject({ path: `${conda}/envs/shop`, name: 'shop' });
    const activated = await factsOf({ argv: title, environ: { CONDA_PREFIX: `${conda}/envs/shop` } });
    expect(activated.virtualenv).toMatchObject({ name: 'shop', evidence: 'environ' });
  });

  it.each([
    ['poetry', 'pypoetry/virtualenvs/my-shop-Ab3_x-9Q-py3.11', 'my-shop', null],
    ['pipenv', 'share/virtualenvs/my-shop-Ab3_x-9Q', 'my-shop', '/srv/my-shop'],
    ['a person', 'virtualenvs/my-projects', 'my-projects', null],
    ['pyenv-virtualenv', 'pyenv/versions/3.12.1/envs/shop', 'shop', null],
  ])('%s is called what they call it', async (_, path, name, project) => {
    const made = venv(path);
    if (project !== null) write(`${path}/.project`, `${project}\n`);
    expect((await factsOf({ argv: [`${made}/bin/python`, 'x.py'] })).virtualenv).toMatchObject({ path: made, name });
  });

  it('a Python that pyenv built is none, and its packages are known all the same', async () => {
    write('pyenv/versions/3.12.1/lib/python3.12/site-packages/gunicorn-23.0.0.dist-info/METADATA');
    const found = await factsOf({ argv: title, exe: join(files, 'pyenv/versions/3.12.1/bin/python3.12') });
    expect(found.virtualenv).toBeNull();
    expect(found.packages).toEqual({ gunicorn: '23.0.0' });
  });
});

describe('the project of', () => {
  it('one whose directory is gone is the directory that it had', async () => {
    const { directory } = await factsOf({ cwd: '/srv/blog/releases/20261101 (deleted)' });
    expect(directory).toMatchObject({ path: '/srv/blog/releases/20261101 (deleted)', from: 'cwd' });
  });

  it('a Ruby server without a directory of its own is its Gemfile’s', async () => {
    const environ = { BUNDLE_GEMFILE: '/srv/blog/Gemfile' };
    const found = await factsOf({ argv: ['puma 6.4.2 (tcp://0.0.0.0:80)'], exe: '/usr/bin/ruby3.1', environ });
    expect(found.directory).toEqual({ path: '/srv/blog', marker: 'Gemfile', from: 'BUNDLE_GEMFILE' });
  });

  it('one without a directory of its own is what its virtualenv was made for', async () => {
    const own = venv('shop/.venv');
    write('shop/manage.py');
    expect((await factsOf({ argv: [`${own}/bin/python`, 'x.py'], cwd: '/' })).directory).toEqual({
      path: join(files, 'shop'),
      marker: 'manage.py',
      from: 'virtualenv',
    });
    const pipenv = venv('virtualenvs/blog-12345678');
    write('virtualenvs/blog-12345678/.project', '/srv/blog');
    expect((await factsOf({ argv: [`${pipenv}/bin/python`, 'x.py'], cwd: '/' })).directory).toEqual({
      path: '/srv/blog',
      marker: null,
      from: 'virtualenv',
    });
  });

  it('one that has a directory is that, whatever its virtualenv or its Gemfile says', async () => {
    const own = venv('shop/.venv');
    write('shop/manage.py');
    const cwd = join(files, 'elsewhere');
    mkdirSync(cwd);
    const environ = { BUNDLE_GEMFILE: '/srv/blog/Gemfile' };
    expect((await factsOf({ argv: [`${own}/bin/python`, 'x.py'], cwd, environ })).directory).toMatchObject({
      path: cwd,
      from: 'cwd',
    });
  });
});

it('the facts of a process are read whatever stands in its environment', async () => {
  for (const path of [
    `/${'a'.repeat(5000)}`,
    `/${'a/'.repeat(5000)}`,
    '/dev/null',
    '/proc/self/mem',
    '/\u0001',
    '//',
  ]) {
    const environ = { VIRTUAL_ENV: path, CONDA_PREFIX: path, PATH: path, PWD: path, BUNDLE_GEMFILE: path };
    expect((await factsOf({ argv: ['python', 'x.py'], environ })).argv).toHaveLength(2);
  }
});

it('the facts of a process hold no variable that was only looked at', async () => {
  const secret = 'hunter2';
  const found = await factsOf({ environ: { PATH: `/${secret}`, VIRTUAL_ENV: '', DATABASE_URL: secret } });
  expect(JSON.stringify(found)).not.toContain(secret);
});
