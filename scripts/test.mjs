// `npm test`: sets up what the tests need, runs every stage, and ends with the line `N passed, N failed, N skipped`.
import path from 'node:path';
import { root } from './ensure.mjs';
import { optionsOf } from './lib/options.mjs';
import { runAll } from './lib/runner.mjs';

const HELP = `Usage: npm test [-- options]

  --only STAGE      run this stage and those it needs (cluster, unit, package, check, kube, pages, source, pprof,
                    inhost, verdicts, programs, e2e); may be given more than once
  --files PATTERN   with one --only: only its test files whose path contains this, and only what they need
  --keep            leave the test cluster running at the end, for a look and for the next run; its log says where it is.
                    A run that is ended half way, by Ctrl-C or its limit, leaves none
  --limit MINUTES   end the whole run after so long; what has not passed by then has failed. Default: none, with CI=true 80
  --results FOLDER  where logs and reports go; default test-results
  --help

Each stage writes <stage>.log; screenshots are in shots/. With CI=true in the environment a skipped test fails the run.
TEST_SLOWNESS multiplies what the tests wait for and the stages' limits: 1 by default, 20 at most.`;

/** min, with CI=true: CI kills a job from outside, often after 90; a run that ends by itself reports what failed. */
const CI_LIMIT = 80;

const { only, files, keep, limit, results } = optionsOf({
  help: HELP,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    files: { type: 'string' },
    keep: { type: 'boolean', default: false },
    limit: { type: 'string', ...(process.env.CI === 'true' && { default: String(CI_LIMIT) }) },
    results: { type: 'string', default: path.join(root, 'test-results') },
  },
  numbers: ['limit'],
});

await runAll({
  load: () => import('./lib/stages.mjs'),
  only,
  files,
  keep,
  results: path.resolve(results),
  limit: limit === undefined ? undefined : limit * 60,
});
