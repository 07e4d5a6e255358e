// `npm test`: sets up what the tests need, runs every stage, and ends with the line `N passed, N failed, N skipped`.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './ensure.mjs';
import { Children, onInterrupt } from './lib/children.mjs';
import { seconds } from './lib/steps.mjs';

const HELP = `Usage: npm test [-- options]

  --only STAGE   run this stage and those it needs (check, unit, pprof, package, cluster, kube, pages,
                 inhost, verdicts, source, e2e); may be given more than once
  --keep         leave the test cluster running at the end, for a look and for the next run; its log says where it is
  --help

Each stage writes test-results/<stage>.log; screenshots are in test-results/shots/. With CI=true in the environment a
skipped test fails the run.`;

const { values: options } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] }, keep: { type: 'boolean' }, help: { type: 'boolean' } } });
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const results = path.join(root, 'test-results');
const children = new Children();
const interrupted = new AbortController();
let endCluster = async () => undefined;
let total;

async function main() {
  await ensureInstalled((line) => { console.log(line); });
  // These need node_modules, so they are loaded only now.
  const { stages, toolRunner } = await import('./lib/stages.mjs');
  const { add, excerpt, failure, none, skip } = await import('./lib/results.mjs');
  const { runStages } = await import('./lib/schedule.mjs');
  const { startTestCluster } = await import('./lib/test-cluster.mjs');
  total = none();

  const chosen = pick(stages, options.only);
  fs.mkdirSync(results, { recursive: true });
  /** What stages leave for later ones: { vsix, cluster }. */
  const made = {};
  const ready = new Set();
  await runStages(chosen, { atOnce: 2, run: (stage) => runStage(stage).finally(unlessInterrupted), tell: report });

  async function runStage(stage) {
    // After a Ctrl-C the handler ends this process; a stage that was ended by it must not be followed by the next.
    await unlessInterrupted();
    const started = Date.now();
    const logFile = path.join(results, `${stage.name}.log`);
    fs.writeFileSync(logFile, '');
    const notes = [];
    const note = (text) => {
      fs.appendFileSync(logFile, `${text}\n`);
      notes.push(text);
      if (process.stderr.isTTY) process.stderr.write(`  ${stage.name}: ${text}\n`);
    };
    const given = {
      root, results, made, note, run: toolRunner(children, { root, logFile, limitSeconds: stage.limit }),
      startCluster: () => startTestCluster({ logFile, signal: interrupted.signal, onStarting: (stop) => { endCluster = stop; } }),
    };
    const missing = (stage.needs ?? []).filter((n) => !ready.has(n));
    let result;
    if (missing.length > 0) result = skip(stage.name, `needs the stage ${missing.join(' and ')}, which did not succeed`);
    else result = await withLimit(stage.run(given), stage.limit).catch((e) => failure(stage.name, e instanceof Error ? e.message : String(e)));
    if (result.passed + result.failed.length + result.skipped.length === 0) result = failure(stage.name, 'The stage ran no tests at all.');
    if (result.failed.length === 0 && result.passed > 0) ready.add(stage.name);
    return { result, took: seconds(started), said: notes.at(-1), logFile };
  }

  function report(stage, { result, took, said, logFile }) {
    total = add(total, result);
    const word = result.failed.length > 0 ? `${result.failed.length} FAILED, ${result.passed} passed` : `${result.passed} passed`;
    const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} SKIPPED` : '';
    console.log(`${stage.name.padEnd(8)} ${word}${skipped} in ${took}${said === undefined ? '' : ` (${said})`}`);
    for (const f of result.failed) console.log(`  FAILED ${f.title}\n${excerpt(f.message)}`);
    for (const s of result.skipped) console.log(`  SKIPPED ${s.title}: ${s.message}`);
    if (result.failed.length > 0) console.log(`  log: ${path.relative(root, logFile)}`);
  }
}

/** Never resolves once a Ctrl-C came. */
async function unlessInterrupted() {
  if (interrupted.signal.aborted) await new Promise(() => undefined);
}

/** The stages asked for and, before them, those that they need. */
function pick(stages, only) {
  if (only.length === 0) return stages;
  const names = new Set();
  for (const name of only) {
    const stage = stages.find((s) => s.name === name);
    if (stage === undefined) throw new Error(`There is no stage "${name}". Stages: ${stages.map((s) => s.name).join(', ')}.`);
    for (const n of [...(stage.needs ?? []), name]) names.add(n);
  }
  return stages.filter((s) => names.has(s.name));
}

/** A stage's tools have the same limit and are ended at it; this one is for what a stage does without a tool. */
function withLimit(work, limit) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => { reject(new Error(`Ended after ${limit} s, the limit of this stage.`)); }, (limit + 20) * 1000); });
  return Promise.race([work, late]).finally(() => { clearTimeout(timer); });
}

async function clean() {
  interrupted.abort();
  await children.stopAll();
  if (!options.keep) await endCluster();
}

onInterrupt(async () => {
  console.log('Ending what was started…');
  await clean();
});

const started = Date.now();
let broken = false;
try {
  await main();
} catch (e) {
  broken = true;
  console.error(e instanceof Error ? e.message : e);
} finally {
  await clean();
}
const { passed, failed, skipped } = total ?? { passed: 0, failed: [], skipped: [] };
const strict = process.env.CI === 'true' && skipped.length > 0;
console.log(`\n${seconds(started)}. Logs and screenshots: ${path.relative(process.cwd(), results) || results}`);
if (strict) console.log(`CI=true: a skipped test fails the run. ${skipped.map((s) => `${s.title}: ${s.message}`).join('; ')}`);
console.log(`${passed} passed, ${failed.length + (broken ? 1 : 0)} failed, ${skipped.length} skipped`);
process.exit(broken || failed.length > 0 || strict || passed === 0 ? 1 : 0);
