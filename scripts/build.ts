import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };
import { blessed } from './blessed-plugin.ts';
import { notice } from './notice.ts';

/** Where the published package is made, from which a checkout runs too. */
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const ROOT = dirname(DIST);

/**
 * Programs of workertop's own. Each is a file of the package: `src/NAME.ts` becomes `dist/NAME.js`, or has the name
 * given here. `programBeside` of src/cli/beside.ts finds those that run in a process of their own.
 */
const entries: Readonly<Record<string, string>> = {
  main: 'src/cli.ts',
  'owner-helper': 'src/owner-helper.ts',
  'log-helper': 'src/log-helper.ts',
  'file-helper': 'src/file-helper.ts',
  'own-file-helper': 'src/own-file-helper.ts',
  'code-helper': 'src/code-helper.ts',
};

/**
 * Modules that become files of their own: what loads the others; and what calls kill(2) and what starts the helper that
 * acts as a server's owner, so that a command that changes nothing never loads them. Each imports no module that keeps
 * state.
 */
const apart: Readonly<Record<string, string>> = {
  'code-cache': 'src/code-cache.ts',
  kill: 'src/control/kill.ts',
  'as-owner': 'src/control/as-owner/helper.ts',
};

/**
 * Large packages that few commands need: each becomes a file of its own, loaded when it is first asked for. All are
 * CommonJS. The smaller packages are part of `main.js`.
 */
const vendored: Readonly<Record<string, { readonly file: string; readonly from: string }>> = {
  blessed: { file: 'blessed', from: 'blessed' },
  'blessed-contrib': { file: 'canvas', from: 'scripts/canvas.js' },
  systeminformation: { file: 'systeminformation', from: 'systeminformation' },
};

/** Leaves an import of a vendored package to Node, by its file. */
const vendor: Plugin = {
  name: 'vendor',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[a-z-]+$/ }, ({ path, kind }) => {
      const row = kind === 'entry-point' ? undefined : vendored[path];
      return row === undefined ? undefined : { path: `./${row.file}.js`, external: true };
    });
  },
};

/** Leaves an import of a module of `apart` to Node, by its file. */
const keepApart: Plugin = {
  name: 'apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      const source = relative(ROOT, join(resolveDir, path));
      const [name] = Object.entries(apart).find(([, file]) => file === source) ?? [];
      return name === undefined ? undefined : { path: `./${name}.js`, external: true };
    });
  },
};

/** What of the repository is published as it is. */
const copied = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'schema/list.json',
  'schema/list-hosts.json',
  'docs/workertop.1',
];

/** What of the repository's package.json is the package's too. It has no dependencies: they are in the bundle. */
const { name, version, description, keywords, license, repository, homepage, bugs, engines, os } = manifest;
const published = {
  ...{ name, version, description, keywords, license, repository, homepage, bugs, engines, os },
  type: 'commonjs',
  bin: { workertop: 'cli.js' },
  man: ['docs/workertop.1'],
  exports: Object.fromEntries(
    ['./package.json', './schema/list.json', './schema/list-hosts.json'].map((path) => [path, path]),
  ),
};

const [major = '', minor = ''] = engines.node.replace('>=', '').split('.');

// Run by whatever Node is there: no syntax of this century, and nothing is loaded before the version is known.
const launcher = `#!/usr/bin/env node
'use strict';
var version = process.versions.node.split('.');
if (+version[0] < ${major} || (+version[0] === ${major} && +version[1] < ${minor})) {
  process.stderr.write('workertop: Node ${major}.${minor} or newer is needed, and this is Node ' + process.versions.node + '\\n');
  process.exit(1);
}
require('./code-cache.js').load(__dirname, 'main.js');
`;

/** Makes `dist`, a package without dependencies. CommonJS loads faster, and old Nodes can refuse it. */
async function makePackage(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: {
      ...entries,
      ...apart,
      ...Object.fromEntries(Object.values(vendored).map(({ file, from }) => [file, from])),
    },
    outdir: DIST,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: `node${major}.${minor}`,
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { WORKERTOP_VERSION: JSON.stringify(version), 'import.meta.url': 'importMetaUrl' },
    inject: [join(ROOT, 'scripts/node-18.js'), join(ROOT, 'scripts/import-meta-url.js')],
    plugins: [vendor, keepApart, blessed],
    supported: { 'dynamic-import': false },
  });
  writeFileSync(join(DIST, 'cli.js'), launcher);
  chmodSync(join(DIST, 'cli.js'), 0o755);
  writeFileSync(join(DIST, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  writeFileSync(join(DIST, 'NOTICE'), notice(packagesOf(metafile)));
  // Compiled code is of use on one machine only.
  writeFileSync(join(DIST, '.npmignore'), 'code.cache*\n');
  for (const file of copied) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(DIST, file));
  }
}

/** Folders of the packages that are in the bundle. */
function packagesOf({ inputs }: Metafile): ReadonlySet<string> {
  const folders = Object.keys(inputs).flatMap((file) => {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
    return folder === undefined ? [] : join(ROOT, folder);
  });
  return new Set(folders);
}

await makePackage();
