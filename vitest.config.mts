import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { SLOWNESS } from './scripts/lib/slowness.mjs';

/**
 * Files in the order of their names, on every machine and in every run: where they share a cluster or a window, the one before
 * is always the same. Vitest's own order is by size first, and by what the last run took and failed later.
 * `--sequence.shuffle.files` mixes them all the same.
 */
class ByName extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/**
 * Limits of a test and of a hook, and how long `expect.poll` looks; s, on a quiet machine. They only end what hangs: a test waits
 * for what it wants to see for a minute (test/lib/until.ts), so its own limit is longer, and it never fails because of a slow machine.
 */
const patient = ({ test = 300, hook = 420, poll = 60 } = {}) => ({
  testTimeout: test * 1000 * SLOWNESS,
  hookTimeout: hook * 1000 * SLOWNESS,
  expect: { poll: { timeout: poll * 1000 * SLOWNESS } },
});

/**
 * Seven projects. `unit` runs on Node 20 without anything around it, `pprof` and `source` with Go; `kube` and `verdicts` need
 * Node >= 22.19 and the test cluster, `pages` Chromium, `e2e` all of these and the VSIX: scripts/test.mjs gives them what they
 * need. By hand:
 * `npx vitest run --project kube`.
 */
export default defineConfig({
  test: {
    // A sequencer of ours would take the place of the one that mixes.
    sequence: process.argv.some((a) => a.startsWith('--sequence.shuffle')) ? {} : { sequencer: ByName },
    projects: [
      // A worker takes several files: starting one for each took longer than the tests.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          ...patient({ test: 120 }),
          isolate: false,
          maxWorkers: 2,
        },
      },
      // Each asks a `go tool pprof` of its own.
      { test: { name: 'pprof', include: ['test/pprof/**/*.test.ts'], ...patient(), maxWorkers: 2 } },
      // Go's own cache makes a version's second build a matter of seconds; Go works on all cores by itself.
      {
        test: {
          name: 'source',
          include: ['test/source/**/*.test.ts'],
          ...patient({ hook: 900 }),
          fileParallelism: false,
        },
      },
      { test: { name: 'kube', include: ['test/kube/**/*.test.ts'], ...patient(), fileParallelism: false } },
      { test: { name: 'verdicts', include: ['test/verdicts/**/*.test.ts'], ...patient(), fileParallelism: false } },
      // One test may wait for several things, each of them patiently.
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...patient({ test: 900, hook: 900 }),
          fileParallelism: false,
        },
      },
      { test: { name: 'pages', include: ['test/pages/**/*.test.{ts,mts}'], ...patient(), maxWorkers: 2 } },
    ],
  },
});
