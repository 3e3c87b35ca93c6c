import { defineConfig } from 'vitest/config';
import { patience } from './test/helpers/cases.ts';

// Kinds of test, by what they need: `unit` needs nothing but Node; `screen` draws into a fake
// terminal; `pty` opens a real one; `live` starts the real servers; `alone` does so too, and
// measures or changes what is the whole machine's (its memory, its time, its processes, its mounts).
// By default vitest leaves one core free, so that a machine of two would run one file at a time.
const ALONE = ['dashboard', 'hosts', 'in-use', 'memory', 'queue', 'silent-mount', 'tune'].map(
  (name) => `test/live/${name}.test.ts`,
);

const project = (name: string, include: string[], timeoutSeconds: number, exclude: string[] = []) => ({
  test: {
    name,
    include,
    exclude,
    setupFiles: 'test/helpers/random-seed.ts',
    testTimeout: patience(timeoutSeconds),
    hookTimeout: timeoutSeconds * 1000,
  },
});

const unit = project('unit', ['test/**/*.test.ts'], 120, ['test/{screen,pty,live}/**']);

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      // Loading the sources anew for each file would take half of the time. No module of theirs keeps what a test changes.
      { test: { ...unit.test, isolate: false } },
      project('screen', ['test/screen/**/*.test.ts'], 30),
      project('pty', ['test/pty/**/*.test.ts'], 60),
      project('live', ['test/live/**/*.test.ts'], 120, ALONE),
      { test: { ...project('alone', ALONE, 120).test, fileParallelism: false } },
    ],
  },
});
