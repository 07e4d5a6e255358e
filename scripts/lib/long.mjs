// The parts of `npm run test:long`, as stages (stages.mjs) that run one at a time. `hours`: the time limit of a part.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../ensure.mjs';
import { ensureNode } from '../node24.mjs';
import { SLOWNESS } from './slowness.mjs';
import { add, broke, failure, none, passed } from './results.mjs';
import { clusterEnv, e2e, kube, pprof, stages, vitest } from './stages.mjs';

/**
 * How much to run: `looks` of verdicts, `profiles` of pprof (in hundreds), `count` files of fuzz, `times` of repeat.
 */
export function long({ looks, profiles, count, times }) {
  const shared = stages.filter((s) => s.name === 'cluster' || s.name === 'package').map((s) => ({ ...s, hours: 2 }));
  return {
    atOnce: 1,
    budget: undefined,
    limitOf: (part) => part.hours * 3600 * SLOWNESS,
    stages: [
      ...shared,
      { name: 'verdicts', hours: looks / 10, needs: ['cluster'], run: (t) => verdicts(t, looks) },
      {
        name: 'source',
        hours: 6,
        run: (t) =>
          vitest(t, 'source', { env: { ...everywhere(), SOURCE_ALL: '1' }, files: filesOf('source'), name: 'source' }),
      },
      {
        name: 'programs',
        hours: 2,
        needs: ['cluster'],
        run: (t) =>
          vitest(t, 'source', {
            env: { ...everywhere(), ...clusterEnv(t) },
            files: filesOf('programs'),
            name: 'programs',
          }),
      },
      {
        name: 'pprof',
        hours: 1 + profiles / 2000,
        run: (t) => pprof(t, { PPROF_COUNT: String(100 * Math.ceil(profiles / 100)) }),
      },
      { name: 'fuzz', hours: 1 + count / 100_000, run: (t) => fuzz(t, count) },
      { name: 'hour', hours: 1, run: hour },
      { name: 'repeat', hours: times, needs: ['package', 'cluster'], run: (t) => repeat(t, times) },
    ],
  };
}

const filesOf = (name) => stages.find((s) => s.name === name).files;

/** All versions, unless SOURCE_VERSIONS is set. */
const everywhere = () => ({
  SOURCE_VERSIONS:
    process.env.SOURCE_VERSIONS ??
    fs
      .readdirSync(path.join(root, 'test/source/modules'))
      .filter((name) => !name.includes('.mjs'))
      .join(','),
});

/** Each workload under each load counts as a test, as in the last line of the table. */
async function verdicts(t, looks) {
  const table = path.join(t.results, 'verdicts.txt');
  fs.rmSync(table, { force: true });
  const result = await vitest(t, 'verdicts', {
    node: await ensureNode(t.fetched),
    env: { ...clusterEnv(t), LOOKS: String(looks), LOOKS_TABLE: table },
  });
  if (!fs.existsSync(table)) return result;
  const [, text, good] = /^([^]*?)(?:(\d+) passed, \d+ failed, \d+ skipped\s*)?$/.exec(fs.readFileSync(table, 'utf8'));
  console.log(text.trimEnd());
  return good === undefined ? result : { ...result, passed: Number(good) };
}

/** Each file counts as a test: it passes if it opens, or is rejected with a proper error. */
async function fuzz(t, count) {
  const r = await t.run(process.execPath, ['scripts/fuzz.mjs', '--count', String(count)]);
  const [, done, wrong] = [...r.tail.matchAll(/^(\d+) of \d+: .* (\d+) wrong;/gm)].at(-1) ?? [];
  if (done === undefined || (r.code !== 0 && wrong === '0')) return broke('fuzz', r);
  return {
    ...passed(Number(done) - Number(wrong)),
    failed: Array.from({ length: Number(wrong) }, (_, i) => ({
      title: `fuzz: wrong file ${i + 1}`,
      message: 'Its seed is in the log, the file in test-results/fuzz.',
    })),
  };
}

/** Runs the bench's case: each figure with a limit counts as a test. */
async function hour(t) {
  const report = path.join(t.results, 'hour.json');
  fs.rmSync(report, { force: true });
  const r = await t.run(process.execPath, ['scripts/bench.mjs', '--only', 'hour', '--json', report]);
  if (!fs.existsSync(report)) return broke('hour', r);
  const { cases } = JSON.parse(fs.readFileSync(report, 'utf8'));
  const result = cases.reduce(
    (sum, c) =>
      add(sum, c.ok === false ? failure(`hour: ${c.name}`, `${c.value} ${c.unit}, of ${c.limit} allowed`) : passed()),
    none(),
  );
  return r.code !== 0 && result.failed.length === 0 ? add(result, broke('hour', r)) : result;
}

/** Repeats reveal what one round leaves behind, and what depends on chance. */
async function repeat(t, times) {
  let result = none();
  for (let i = 1; i <= times; i++) {
    const [one, two] = [await kube(t), await e2e(t)];
    for (const f of [...one.failed, ...two.failed]) f.title = `time ${i} of ${times}: ${f.title}`;
    result = [one, two].reduce(add, result);
  }
  return result;
}
