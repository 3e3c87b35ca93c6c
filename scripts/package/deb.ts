import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import manifest from '../../package.json' with { type: 'json' };
import { completion } from '../../src/cli/completion.ts';
import { ARTIFACTS, DIST, ROOT } from './paths.ts';

const { name, version, description, homepage, license, engines } = manifest;

/** A file of the package: where it is installed, what is in it, and its mode. */
interface Installed {
  readonly path: string;
  readonly content: string | Buffer;
  readonly mode?: number;
}

/** The program is started by Debian's own Node, whatever else is first in PATH. */
const launcher = () => readFileSync(`${DIST}/cli.js`, 'utf8').replace(/^#!.*/, '#!/usr/bin/node');

const fromRoot = (file: string) => readFileSync(join(ROOT, file));

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
function copyright(): string {
  const indented = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => (line.trim() === '' ? ' .' : ` ${line}`))
      .join('\n');
  const [, holder = ''] = /^Copyright \(c\) (.*)$/m.exec(fromRoot('LICENSE').toString()) ?? [];
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${name}
Source: ${homepage}
Comment: Parts of other packages are in it. NOTICE, beside this file, has their licences.

Files: *
Copyright: ${holder}
License: ${license}

License: ${license}
${indented(fromRoot('LICENSE').toString())}
`;
}

/** Policy 12.7: `changelog.gz`, and no name or time within, so that the same sources make the same package. */
const gzipped = (content: string | Buffer) => gzipSync(content, { level: 9 });

function files(): readonly Installed[] {
  const programs = readdirSync(DIST).filter((file) => file.endsWith('.js') && file !== 'cli.js');
  return [
    ...programs.map((file) => ({ path: `usr/lib/${name}/${file}`, content: readFileSync(join(DIST, file)) })),
    { path: `usr/lib/${name}/cli.js`, content: launcher(), mode: 0o755 },
    { path: `usr/share/man/man1/${name}.1.gz`, content: gzipped(fromRoot('docs/workertop.1')) },
    { path: `usr/share/bash-completion/completions/${name}`, content: completion('bash') },
    { path: `usr/share/zsh/vendor-completions/_${name}`, content: completion('zsh') },
    { path: `usr/share/fish/vendor_completions.d/${name}.fish`, content: completion('fish') },
    {
      path: `lib/systemd/system/${name}-export.service`,
      content: fromRoot('docs/prometheus/workertop-export.service'),
    },
    { path: `usr/share/doc/${name}/copyright`, content: copyright() },
    { path: `usr/share/doc/${name}/NOTICE`, content: readFileSync(`${DIST}/NOTICE`) },
    { path: `usr/share/doc/${name}/changelog.gz`, content: gzipped(fromRoot('CHANGELOG.md')) },
    { path: `usr/share/doc/${name}/README.md`, content: fromRoot('README.md') },
    ...readdirSync(`${ROOT}/docs/prometheus`).map((file) => ({
      path: `usr/share/doc/${name}/prometheus/${file}`,
      content: fromRoot(`docs/prometheus/${file}`),
    })),
    ...['list.json', 'list-hosts.json'].map((file) => ({
      path: `usr/share/${name}/schema/${file}`,
      content: fromRoot(`schema/${file}`),
    })),
  ];
}

/** deb-control(5) */
function control(kilobytes: number): string {
  return `Package: ${name}
Version: ${version}
Section: admin
Priority: optional
Architecture: all
Depends: nodejs (${engines.node.replace('>=', '>= ')})
Recommends: iproute2
Suggests: prometheus
Installed-Size: ${kilobytes}
Maintainer: The workertop authors <workertop@users.noreply.github.com>
Homepage: ${homepage.replace(/#.*/, '')}
Description: htop for web projects and their workers
 ${description}.
 .
 It groups processes by project, virtualenv and server, shows memory so that the
 figures add up, and adds or trims workers of a running server with a key.
 .
 The service workertop-export, which serves metrics for Prometheus, is installed
 and not started.
`;
}

/** When the version was made, for every file of the package: seconds since 1970. */
function madeAt(): string {
  const given = process.env['SOURCE_DATE_EPOCH'];
  return given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' }).trim();
}

/**
 * Makes a Debian package of `dist`, for every architecture, on Debian's Node.
 * @returns its path
 */
export function makeDeb(): string {
  const tree = mkdtempSync(join(tmpdir(), 'workertop-deb-'));
  try {
    chmodSync(tree, 0o755);
    const installed = files();
    for (const { path, content, mode = 0o644 } of installed) put(join(tree, path), content, mode);
    mkdirSync(`${tree}/usr/bin`, { recursive: true });
    symlinkSync(`../lib/${name}/cli.js`, `${tree}/usr/bin/${name}`);
    const bytes = installed.reduce((sum, { path }) => sum + statSync(join(tree, path)).size, 0);
    put(`${tree}/DEBIAN/control`, control(Math.ceil(bytes / 1024)), 0o644);
    const sums = installed.map(({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`);
    put(`${tree}/DEBIAN/md5sums`, sums.join(''), 0o644);
    // Written by root's dashboards (src/code-cache.ts).
    put(`${tree}/DEBIAN/prerm`, `#!/bin/sh\nset -e\nrm -f /usr/lib/${name}/code.cache*\n`, 0o755);
    const path = join(ARTIFACTS, `${name}_${version}_all.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, path], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: madeAt() },
    });
    return path;
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function put(path: string, content: string | Buffer, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}
