import { defineConfig } from 'vitest/config';

// Four kinds of test, by what they need: `unit` needs nothing but Node; `screen` draws into a
// fake terminal; `pty` opens a real one; `live` starts the real servers (see test/live).
// By default vitest leaves one core free, so that a machine of two would run one file at a time.
const project = (name: string, include: string[], timeoutSeconds: number) => ({
  test: {
    name,
    include,
    setupFiles: 'test/helpers/random-seed.ts',
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
  },
});

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      project(
        'unit',
        ['test/{architecture,export,source,recognise,servers,text,model,state,view,control,output,own-files,cli}/**/*.test.ts'],
        30,
      ),
      project('screen', ['test/screen/**/*.test.ts'], 30),
      project('pty', ['test/pty/**/*.test.ts'], 60),
      {
        test: {
          ...project('live', ['test/live/**/*.test.ts'], 120).test,
          // Real servers on a small machine: one file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
