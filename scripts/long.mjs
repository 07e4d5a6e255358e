// `npm run test:long`: tests that take too long to run for every change. Parts run one after the other, each with its
// own last line.
import path from 'node:path';
import { root } from './ensure.mjs';
import { optionsOf } from './lib/options.mjs';
import { runAll } from './lib/runner.mjs';

const HELP = `Usage: npm run test:long [-- options]

  --only PART       run this part and what it needs; may be given more than once. Parts:
                      verdicts   looks under each load of the test cluster, all counted; 20 take 13 min
                      source     each fix compiled in every program that it is offered for, and claimed limits, at all
                                 versions; some 40 min, twice that with nothing in Go's cache
                      programs   mended programs at all releases, run on the test cluster and measured; 15 min
                      pprof      random profiles, every number held to go tool pprof; 2000 take 8 min
                      fuzz       damaged profiles and goroutine dumps; a million take 50 min
                      hour       two hours of looks by a fast clock: memory, sockets and listeners stay
                      repeat     kube and e2e again and again on one test cluster; 12 min each time
  --looks N         of verdicts; default 20
  --profiles N      of pprof; default 2000
  --count N         files of fuzz; default 1000000
  --times N         of repeat; default 3
  --keep            leave the test cluster running at the end, unless the run is ended half way
  --limit MINUTES   end the whole run after so long; what has not passed by then has failed. Default: none
  --results FOLDER  where logs and reports go; default test-results/long
  --help

Each part ends with its line "PART: N passed, N failed, N skipped", and all of them with the sum.`;

const { only, keep, limit, results, looks, profiles, count, times } = optionsOf({
  help: HELP,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean', default: false },
    limit: { type: 'string' },
    looks: { type: 'string', default: '20' },
    profiles: { type: 'string', default: '2000' },
    count: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '3' },
    results: { type: 'string', default: path.join(root, 'test-results/long') },
  },
  numbers: ['limit', 'looks', 'profiles', 'count', 'times'],
});

await runAll({
  load: async () => (await import('./lib/long.mjs')).long({ looks, profiles, count, times }),
  only,
  keep,
  results: path.resolve(results),
  limit: limit === undefined ? undefined : limit * 60,
  each: true,
});
