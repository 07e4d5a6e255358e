import { defineConfig } from 'vitest/config';

/**
 * Seven projects. `unit` runs on Node 20 without anything around it, `pprof` and `source` with Go; `kube` and `verdicts` need
 * Node >= 22.19 and the test cluster, `pages` Chromium, `e2e` all of these and the VSIX: scripts/test.mjs gives them what they
 * need. By hand:
 * `npx vitest run --project kube`.
 */
export default defineConfig({
  test: {
    projects: [
      // A worker takes several files: starting one for each took longer than the tests.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, isolate: false, maxWorkers: 2 } },
      // Each asks a `go tool pprof` of its own.
      { test: { name: 'pprof', include: ['test/pprof/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 2 } },
      // Go's own cache makes a version's second build a matter of seconds; Go works on all cores by itself.
      { test: { name: 'source', include: ['test/source/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 900_000, fileParallelism: false } },
      { test: { name: 'kube', include: ['test/kube/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false } },
      { test: { name: 'verdicts', include: ['test/verdicts/**/*.test.ts'], hookTimeout: 300_000, fileParallelism: false } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false } },
      { test: { name: 'pages', include: ['test/pages/**/*.test.{ts,mts}'], testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 } },
    ],
  },
});
