// Runs stages (stages.mjs) from a terminal: `npm test`, `npm run test:long`. However it ends, everything that it
// started ends too.
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

/** How many of the slowest tests are listed at the end. */
const SLOWEST = 10;

/**
 * Runs the chosen stages, prints the line `N passed, N failed, N skipped` and exits, with 1 unless all passed.
 * - `load()`, called once node_modules is complete, returns { stages, limitOf, atOnce, budget }: `atOnce` stages at a
 *   time; `budget`: { warm, cold } in s, the time for a whole run; exceeding it prints a warning.
 * - `only`: names of stages; empty: all. `files`: substrings of the paths of the test files to run, for a single stage.
 * - `keep`: leaves the cluster running. `each`: also prints the last line for every stage.
 * - `limit`: s after which the run is aborted; whatever has not passed by then has failed. undefined: no limit.
 */
export async function runAll(options) {
  await new Run(options).toTheEnd();
}

class Run {
  #options;
  #began = Date.now();
  #children = new Children();
  #stop = new AbortController();
  /** Rejects when the run is aborted. */
  #stopped = new Promise((_, reject) => {
    this.#stop.signal.addEventListener('abort', () => {
      reject(this.#stop.signal.reason);
    });
  });
  #interrupted = false;
  /** The runner itself failed. */
  #broken = false;
  #endCluster = async () => undefined;
  #forget = async () => undefined;
  #total = none();
  /** Names of stages that passed. */
  #ready = new Set();
  /**
   * What stages leave for later ones: { vsix, cluster }; `cold`: something was fetched or built, and kept for the next
   * run.
   */
  #made = { cold: false };
  /** Stages that took longer than their share, as text. */
  #overdue = [];
  /** Undefined if only a part of the stages runs: then there is no total to check. */
  #budget;

  constructor(options) {
    this.#options = options;
    this.#stop.signal.addEventListener('abort', () => {
      void this.#children.stopAll();
    });
    this.#stopped.catch(() => undefined);
  }

  async toTheEnd() {
    const { limit } = this.#options;
    onInterrupt(() => this.#interrupt());
    // An unhandled failure, such as a failed write, must not leave processes behind.
    const lost = (e) => {
      this.#broken = true;
      console.error(explain(e));
      if (!this.#stop.signal.aborted) this.#stop.abort(new Error('Ended by an error of the runner.'));
    };
    process.on('uncaughtException', lost);
    process.on('unhandledRejection', lost);
    const late = () => {
      this.#stop.abort(new Error(`Ended after ${length(limit)}, the limit of the whole run.`));
    };
    const timer = limit === undefined ? undefined : setTimeout(late, limit * 1000);
    try {
      await this.#runChosen();
    } catch (e) {
      this.#broken = true;
      console.error(explain(e));
    }
    clearTimeout(timer);
    await this.#unlessInterrupted();
    await this.#clean();
    await this.#unlessInterrupted();
    this.#exit();
  }

  async #interrupt() {
    this.#interrupted = true;
    console.log('Ending what was started…');
    await this.#clean();
    console.log('Ended. Nothing that was started is left.');
  }

  /**
   * After an interrupt, waits forever: the signal handler exits, and failures of stages that it ended are not reported.
   */
  async #unlessInterrupted() {
    if (this.#interrupted) await new Promise(() => undefined);
  }

  async #clean() {
    const early = this.#interrupted || this.#stop.signal.aborted;
    if (!this.#stop.signal.aborted) this.#stop.abort(new Error('The run has ended.'));
    await this.#children.stopAll();
    // Keep the cluster only if it started and the run completed; otherwise its processes can't be told from those to
    // kill.
    const kept = this.#options.keep === true && this.#made.cluster !== undefined && !early;
    if (!kept)
      await this.#endCluster().catch((e) => {
        console.error(explain(e));
      });
    await this.#forget({ kept });
  }

  async #runChosen() {
    const { load, only, files, results } = this.#options;
    const runs = `${testRunDir}.runs`;
    const ended = await endLeftovers(runs);
    if (ended > 0) console.log(`Ended ${ended} processes of a run that was killed.`);
    this.#forget = markRun(runs);
    await Promise.race([
      ensureInstalled((line) => {
        console.log(line);
      }),
      this.#stopped,
    ]);
    // These modules need node_modules.
    const { stages, limitOf, atOnce, budget } = await load();
    if (only.length === 0) this.#budget = budget;
    const chosen = pick(stages, only, files);
    fs.mkdirSync(results, { recursive: true });
    // Screenshots of an earlier run would be misleading.
    fs.rmSync(path.join(results, 'shots'), { recursive: true, force: true });
    await runStages(chosen, {
      atOnce,
      run: (stage) => this.#runStage(stage, limitOf(stage)),
      tell: (stage, ran) => {
        this.#tell(stage, ran);
      },
    });
  }

  async #runStage(stage, seconds) {
    const started = Date.now();
    const logFile = path.join(this.#options.results, `${stage.name}.log`);
    const notes = [];
    const note = (text) => {
      fs.appendFileSync(logFile, `${text}\n`);
      notes.push(text);
      if (process.stderr.isTTY) process.stderr.write(`  ${stage.name}: ${text}\n`);
    };
    let result;
    try {
      if (this.#stop.signal.aborted) throw new Error(`Not begun. ${this.#stop.signal.reason.message}`);
      fs.writeFileSync(logFile, '');
      const missing = stage.needs.filter((n) => !this.#ready.has(n));
      if (missing.length > 0)
        result = skip(stage.name, `needs the stage ${missing.join(' and ')}, which did not succeed`);
      else {
        const work = stage.run(this.#given(stage, { seconds, logFile, note }));
        result = await Promise.race([withLimit(work, seconds), this.#stopped]);
      }
    } catch (e) {
      result = failure(stage.name, explain(e, logFile));
    }
    await this.#unlessInterrupted();
    if (result.passed + result.failed.length + result.skipped.length === 0)
      result = failure(stage.name, 'The stage ran no tests at all.');
    if (result.failed.length === 0 && result.passed > 0) this.#ready.add(stage.name);
    return { result, took: (Date.now() - started) / 1000, said: notes.at(-1), logFile };
  }

  /** What a stage gets as its argument. */
  #given(stage, { seconds, logFile, note }) {
    const { results, keep = false } = this.#options;
    const run = toolRunner(this.#children, { logFile, limitSeconds: seconds, signal: this.#stop.signal });
    return {
      root,
      results,
      made: this.#made,
      note,
      run,
      files: stage.chosen,
      log: logFile,
      fetched: (text) => {
        this.#made.cold = true;
        note(text);
      },
      startCluster: async () => {
        const found = await startTestCluster({
          run,
          logFile,
          keep,
          onStarting: (end) => {
            this.#endCluster = end;
          },
        });
        if (found.cluster?.built) this.#made.cold = true;
        return found;
      },
    };
  }

  #tell(stage, { result, took, said, logFile }) {
    this.#total = add(this.#total, result);
    const word =
      result.failed.length > 0 ? `${result.failed.length} FAILED, ${result.passed} passed` : `${result.passed} passed`;
    const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} SKIPPED` : '';
    const whole = stage.chosen === undefined && stage.warm !== undefined;
    const share = whole ? (this.#made.cold && stage.cold) || stage.warm : undefined;
    if (share !== undefined && took > share) this.#overdue.push(`${stage.name} by ${length(took - share)}`);
    const of = share === undefined ? '' : ` of ${length(share)}`;
    const note = said === undefined ? '' : ` (${said})`;
    console.log(`${stage.name.padEnd(8)} ${word}${skipped} in ${length(took)}${of}${note}`);
    for (const f of result.failed) console.log(`  FAILED ${f.title}\n${excerpt(f.message)}`);
    for (const s of result.skipped) console.log(`  SKIPPED ${s.title}: ${s.message}`);
    if (result.failed.length > 0) console.log(`  log: ${path.relative(root, logFile)}`);
    if (this.#options.each === true) console.log(`${stage.name}: ${counts(result)}`);
  }

  #tellTimes(took) {
    const slowest = [...this.#total.times].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
    const lines = slowest.map((t) => `${(t.ms / 1000).toFixed(1).padStart(7)} s  ${t.title}`);
    if (slowest.length > 1) console.log(`\nThe slowest tests:\n${lines.join('\n')}`);
    const { results } = this.#options;
    const { cold } = this.#made;
    const may = this.#budget?.[cold ? 'cold' : 'warm'];
    const kind = cold ? 'that fetches or builds what is kept for later ones' : 'with everything cached';
    const of = may === undefined ? '' : ` of the ${length(may)} that a run may take ${kind}`;
    console.log(`\n${length(took)}${of}. Logs and screenshots: ${path.relative(process.cwd(), results) || results}`);
    if (may === undefined || took <= may) return;
    const over = this.#overdue.length > 0 ? ` Over their share: ${this.#overdue.join(', ')}.` : '';
    console.log(`WARNING: the run took ${length(took - may)} longer than it may.${over}`);
  }

  #exit() {
    const { passed, failed, skipped } = this.#total;
    const strict = process.env.CI === 'true' && skipped.length > 0;
    this.#tellTimes((Date.now() - this.#began) / 1000);
    if (strict)
      console.log(
        `CI=true: a skipped test fails the run. ${skipped.map((s) => `${s.title}: ${s.message}`).join('; ')}`,
      );
    console.log(counts({ ...this.#total, failed: this.#broken ? [...failed, undefined] : failed }));
    process.exit(this.#broken || failed.length > 0 || strict || passed === 0 ? 1 : 0);
  }
}

/**
 * The named stages and those that they need, as copies with `needs` always set. With `files`, the copy of the named
 * stage has the `chosen` files, and `needs` only what those need.
 */
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

/** A stage's tools are killed at the same limit; this one covers the stage's own work. */
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

/** Runs a stage's tools with its log, limit and environment. Starts none once the run is aborted. */
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
    if (r.timedOut) {
      const last = r.tail.trimEnd().split('\n').slice(-12).join('\n');
      throw new Error(`Ended after ${length(limitSeconds)}, the limit of this stage. The last of its output:\n${last}`);
    }
    return r;
  };
}
