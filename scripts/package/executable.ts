import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { ARTIFACTS, DIST, ROOT } from './paths.ts';

/**
 * Marks the place in Node's program where an application is put:
 * https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html
 */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Starts what is asked for: workertop, or a program of its own by the path that it would have beside the main one.
 * A single executable has one script, whose `require` knows Node's own modules only.
 */
const start = `
const loaded = new Map();
const folder = process.execPath + '/';
function load(name) {
  let module = loaded.get(name);
  if (module === undefined) {
    module = { exports: {} };
    loaded.set(name, module);
    files[name](module, module.exports, (wanted) => (files[wanted] ? load(wanted) : require(wanted)), folder + name.slice(2));
  }
  return module.exports;
}
const asked = process.argv[2] ?? '';
const name = asked.startsWith(folder) ? './' + asked.slice(folder.length) : '';
if (files[name]) process.argv.splice(1, 1);
load(files[name] ? name : './main.js');
`;

/** All files of the package as one script. Each is a function, which V8 compiles when it is called. */
function script(): string {
  const names = readdirSync(DIST).filter((file) => file.endsWith('.js') && file !== 'cli.js');
  const parts = names.map((file) => {
    const text = readFileSync(join(DIST, file), 'utf8').replace(/^#!.*/, '');
    return `'./${file}'(module, exports, require, __filename) {\n${text}\n},`;
  });
  return `'use strict';\nconst files = {\n${parts.join('\n')}\n};\n${start}`;
}

/** Node's licence, which its program comes with. @throws Error if it is not found */
function licenceOfNode(program: string): string {
  const prefix = dirname(dirname(program));
  const places = [`${prefix}/LICENSE`, `${prefix}/share/doc/nodejs/LICENSE`, `${prefix}/share/doc/nodejs/copyright`];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`no licence of Node: ${places.join(', ')}`);
  return readFileSync(found, 'utf8');
}

/**
 * Makes one program of workertop and the Node that runs this, for this kind of machine, and packs it with its licences.
 * @returns the path of the archive
 */
export function makeExecutable(): string {
  const { name, version } = manifest;
  const node = realpathSync(process.execPath);
  const folder = mkdtempSync(join(tmpdir(), 'workertop-executable-'));
  try {
    const program = join(folder, name);
    const [main, output, config] = ['main.js', 'blob', 'sea.json'].map((file) => join(folder, file));
    if (main === undefined || output === undefined || config === undefined) throw new Error('no folder');
    writeFileSync(main, script());
    writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
    const quiet = { stdio: 'pipe' } as const;
    execFileSync(node, ['--experimental-sea-config', config], quiet);
    copyFileSync(node, program);
    chmodSync(program, 0o755);
    const postject = join(ROOT, 'node_modules/.bin/postject');
    execFileSync(postject, [program, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE], quiet);
    copyFileSync(`${DIST}/LICENSE`, join(folder, 'LICENSE'));
    writeFileSync(
      join(folder, 'NOTICE'),
      `${readFileSync(`${DIST}/NOTICE`, 'utf8')}\n${'-'.repeat(80)}\nNode.js ${process.versions.node}\n\n${licenceOfNode(node)}`,
    );
    const archive = join(ARTIFACTS, `${name}-${version}-${process.platform}-${process.arch}.tar.gz`);
    execFileSync('tar', ['-czf', archive, '--owner=0', '--group=0', '-C', folder, name, 'LICENSE', 'NOTICE']);
    return archive;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
