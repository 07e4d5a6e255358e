// Runs stages (stages.mjs) from a terminal: `npm test` and `npm run test:long`. However it ends, what it has started ends with it.
import fs from 'node:fs';
import path from 'node:path';
import { ensureInstalled, root } from '../ensure.mjs';
import { Children, onInterrupt } from './children.mjs';
import { endLeftovers, markRun } from './leftovers.mjs';
import { runLogged } from './logged.mjs';
import { add, counts, excerpt, explain, failure, none, skip } from './results.mjs';
import { runStages } from './schedule.mjs';
import { length } from './steps.mjs';
import { startTestCluster, testRunDir } from './test-cluster.mjs';

/** Tests told of at the end. */
const SLOWEST = 10;

/**
 * Runs the chosen stages to the line `N passed, N failed, N skipped` and ends this process, with 1 unless all passed. `load()`
 * gives, once node_modules is there, { stages, limitOf, atOnce, budget }: stages at a time, and s { warm, cold } that a whole run may
 * take, which is told and warned of. `only`: names of stages, none: all; `files`: what the paths of the test files contain that are
 * run of the one stage. `keep`: the cluster stays. `limit`: s after which the whole is ended and what has not passed by then counts
 * as failed; undefined: none. `each`: every stage has the last line for itself too.
 */
export async function runAll({ load, only, files, keep = false, results, limit, each = false }) {
  const began = Date.now();
  const children = new Children();
  const stop = new AbortController();
  stop.signal.addEventListener('abort', () => {
    void children.stopAll();
  });
  const stopped = new Promise((_, reject) => {
    stop.signal.addEventListener('abort', () => {
      reject(stop.signal.reason);
    });
  });
  stopped.catch(() => undefined);
  let endCluster = async () => undefined;
  let forget = async () => undefined;
  let interrupted = false;
  let broken = false;
  let total = none();
  /** What stages leave for later ones: { vsix, cluster }; `cold`: something was fetched or built that is kept for the next run. */
  const made = { cold: false };
  const overdue = [];
  let budget;

  const clean = async () => {
    const early = interrupted || stop.signal.aborted;
    if (!stop.signal.aborted) stop.abort(new Error('The run has ended.'));
    await children.stopAll();
    // One that did not come to be is not kept, nor is that of a run that was ended half way: what else is left could not be told from it.
    const kept = keep && made.cluster !== undefined && !early;
    if (!kept)
      await endCluster().catch((e) => {
        console.error(explain(e));
      });
    await forget({ kept });
  };
  onInterrupt(async () => {
    interrupted = true;
    console.log('Ending what was started…');
    await clean();
    console.log('Ended. Nothing that was started is left.');
  });
  // A write that fails where nobody waits for it must not leave anything behind.
  const lost = (e) => {
    broken = true;
    console.error(explain(e));
    if (!stop.signal.aborted) stop.abort(new Error('Ended by an error of the runner.'));
  };
  process.on('uncaughtException', lost);
  process.on('unhandledRejection', lost);
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(() => {
          stop.abort(new Error(`Ended after ${length(limit)}, the limit of the whole run.`));
        }, limit * 1000);

  async function main() {
    const runs = `${testRunDir}.runs`;
    const ended = await endLeftovers(runs);
    if (ended > 0) console.log(`Ended ${ended} processes of a run that was killed.`);
    forget = markRun(runs);
    await Promise.race([
      ensureInstalled((line) => {
        console.log(line);
      }),
      stopped,
    ]);
    // They need node_modules.
    const { stages, limitOf, atOnce, budget: whole } = await load();
    if (only.length === 0) budget = whole;
    const chosen = pick(stages, only, files);
    fs.mkdirSync(results, { recursive: true });
    // Pictures of an earlier run tell of nothing here.
    fs.rmSync(path.join(results, 'shots'), { recursive: true, force: true });
    const ready = new Set();
    await runStages(chosen, { atOnce, run: (stage) => runStage(stage, limitOf(stage)), tell });

    async function runStage(stage, seconds) {
      const started = Date.now();
      const logFile = path.join(results, `${stage.name}.log`);
      const notes = [];
      const note = (text) => {
        fs.appendFileSync(logFile, `${text}\n`);
        notes.push(text);
        if (process.stderr.isTTY) process.stderr.write(`  ${stage.name}: ${text}\n`);
      };
      let result;
      try {
        if (stop.signal.aborted) throw new Error(`Not begun. ${stop.signal.reason.message}`);
        fs.writeFileSync(logFile, '');
        const run = toolRunner(children, { logFile, limitSeconds: seconds, signal: stop.signal });
        const given = {
          root,
          results,
          made,
          note,
          run,
          files: stage.chosen,
          log: logFile,
          fetched: (text) => {
            made.cold = true;
            note(text);
          },
          startCluster: async () => {
            const found = await startTestCluster({
              run,
              logFile,
              keep,
              onStarting: (end) => {
                endCluster = end;
              },
            });
            if (found.cluster?.built) made.cold = true;
            return found;
          },
        };
        const missing = stage.needs.filter((n) => !ready.has(n));
        if (missing.length > 0)
          result = skip(stage.name, `needs the stage ${missing.join(' and ')}, which did not succeed`);
        else result = await Promise.race([withLimit(stage.run(given), seconds), stopped]);
      } catch (e) {
        result = failure(stage.name, explain(e, logFile));
      }
      // The handler of the signal ends this process; what it ended itself is not told of.
      if (interrupted) await new Promise(() => undefined);
      if (result.passed + result.failed.length + result.skipped.length === 0)
        result = failure(stage.name, 'The stage ran no tests at all.');
      if (result.failed.length === 0 && result.passed > 0) ready.add(stage.name);
      return { result, took: (Date.now() - started) / 1000, said: notes.at(-1), logFile };
    }

    function tell(stage, { result, took, said, logFile }) {
      total = add(total, result);
      const word =
        result.failed.length > 0
          ? `${result.failed.length} FAILED, ${result.passed} passed`
          : `${result.passed} passed`;
      const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} SKIPPED` : '';
      const share =
        stage.chosen === undefined && stage.warm !== undefined ? (made.cold && stage.cold) || stage.warm : undefined;
      if (share !== undefined && took > share) overdue.push(`${stage.name} by ${length(took - share)}`);
      console.log(
        `${stage.name.padEnd(8)} ${word}${skipped} in ${length(took)}${share === undefined ? '' : ` of ${length(share)}`}${said === undefined ? '' : ` (${said})`}`,
      );
      for (const f of result.failed) console.log(`  FAILED ${f.title}\n${excerpt(f.message)}`);
      for (const s of result.skipped) console.log(`  SKIPPED ${s.title}: ${s.message}`);
      if (result.failed.length > 0) console.log(`  log: ${path.relative(root, logFile)}`);
      if (each) console.log(`${stage.name}: ${counts(result)}`);
    }
  }

  try {
    await main();
  } catch (e) {
    broken = true;
    console.error(explain(e));
  }
  clearTimeout(timer);
  if (interrupted) await new Promise(() => undefined);
  await clean();
  if (interrupted) await new Promise(() => undefined);
  const { passed, failed, skipped } = total;
  const strict = process.env.CI === 'true' && skipped.length > 0;
  tellTimes((Date.now() - began) / 1000);
  if (strict)
    console.log(`CI=true: a skipped test fails the run. ${skipped.map((s) => `${s.title}: ${s.message}`).join('; ')}`);
  console.log(counts({ ...total, failed: broken ? [...failed, undefined] : failed }));
  process.exit(broken || failed.length > 0 || strict || passed === 0 ? 1 : 0);

  function tellTimes(took) {
    const slowest = [...total.times].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
    if (slowest.length > 1)
      console.log(
        `\nThe slowest tests:\n${slowest.map((t) => `${(t.ms / 1000).toFixed(1).padStart(7)} s  ${t.title}`).join('\n')}`,
      );
    const may = budget?.[made.cold ? 'cold' : 'warm'];
    const of =
      may === undefined
        ? ''
        : ` of the ${length(may)} that a run may take ${made.cold ? 'that fetches or builds what is kept for later ones' : 'with everything cached'}`;
    console.log(`\n${length(took)}${of}. Logs and screenshots: ${path.relative(process.cwd(), results) || results}`);
    if (may !== undefined && took > may)
      console.log(
        `WARNING: the run took ${length(took - may)} longer than it may.${overdue.length > 0 ? ` Over their share: ${overdue.join(', ')}.` : ''}`,
      );
  }
}

/** The stages asked for and those that they need, as copies with `needs` of what will be run and `chosen` files. */
function pick(stages, only, files) {
  const named = only.map((name) => {
    const stage = stages.find((s) => s.name === name);
    if (stage === undefined)
      throw new Error(`There is no stage "${name}". Stages: ${stages.map((s) => s.name).join(', ')}.`);
    return stage;
  });
  const chosen = files === undefined ? undefined : chooseFiles(named, files);
  const all = stages.map((s) => ({
    ...s,
    needs: s.needs ?? [],
    ...(chosen !== undefined && s === named[0] && { chosen, needs: s.needsFor?.(chosen) ?? s.needs ?? [] }),
  }));
  const names = new Set(only.flatMap((name) => [name, ...all.find((s) => s.name === name).needs]));
  return only.length === 0 ? all : all.filter((s) => names.has(s.name));
}

function chooseFiles(named, pattern) {
  if (named.length !== 1) throw new Error('--files chooses among the files of one stage: name it with --only, once.');
  const [{ name, files }] = named;
  if (files === undefined) throw new Error(`The stage ${name} has no test files to choose from.`);
  const chosen = files.filter((f) => f.includes(pattern.replaceAll('\\', '/').replace(/^\.\//, '')));
  if (chosen.length === 0)
    throw new Error(`No test file of the stage ${name} has "${pattern}" in its path. Its files: ${files.join(', ')}.`);
  return chosen;
}

/** A stage's tools have the same limit and are ended at it; this one is for what a stage does without a tool. */
function withLimit(work, limit) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => {
        reject(new Error(`Ended after ${length(limit)}, the limit of this stage.`));
      },
      (limit + 20) * 1000,
    );
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** What a stage runs its tools with: its log, its limit, its environment. None begins once the run is being ended. */
function toolRunner(children, { logFile, limitSeconds, signal }) {
  const until = Date.now() + limitSeconds * 1000;
  return async (command, args, env = {}) => {
    signal.throwIfAborted();
    const left = Math.max(1, (until - Date.now()) / 1000);
    const r = await runLogged(children, command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      logFile,
      limitSeconds: left,
    });
    signal.throwIfAborted();
    if (r.timedOut)
      throw new Error(
        `Ended after ${length(limitSeconds)}, the limit of this stage. The last of its output:\n${r.tail.trimEnd().split('\n').slice(-12).join('\n')}`,
      );
    return r;
  };
}
