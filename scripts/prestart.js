// Run by `npm start`: builds what is not built, or older than its sources. Node's own modules only: whoever installed
// without the packages for development can start what was built before.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = `${root}dist/main.js`;

/** When the newest of the sources was written, in milliseconds since 1970. */
function newest(folder) {
  const files = readdirSync(folder, { withFileTypes: true });
  return Math.max(
    0,
    ...files.map((file) => {
      const path = `${folder}/${file.name}`;
      return file.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}

const sources = Math.max(newest(`${root}src`), newest(`${root}scripts`), statSync(`${root}package.json`).mtimeMs);
const isBuilt = existsSync(built) && statSync(built).mtimeMs >= sources;
if (!isBuilt && existsSync(`${root}node_modules/esbuild`)) {
  process.exitCode = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' }).status ?? 1;
} else if (!existsSync(built)) {
  process.stderr.write('workertop: it is not built, and building needs the packages for development: npm install\n');
  process.exitCode = 1;
}
