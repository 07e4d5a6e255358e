// Which stage runs when: two beside each other where neither minds, since much of what the tests do is wait.

/**
 * Runs stages in their order, at most `atOnce` of them at a time. A stage waits until those that it `needs` have ended and none
 * runs that `uses` the same. One that measures, or takes all cores by itself, is `alone`: it waits until none runs, and none
 * after it begins before it has ended. `run(stage)`: resolves with its result; `tell(stage, result)` is called once for each in
 * their order, as soon as it and all before it have ended. Rejects with what `run` or `tell` throws; those that run then go on.
 *
 * @template {{ name: string, needs?: readonly string[], uses?: readonly string[], alone?: boolean }} Stage
 * @template Result
 * @param {readonly Stage[]} stages
 * @param {{ atOnce: number, run: (stage: Stage) => Promise<Result>, tell: (stage: Stage, result: Result) => void }} how
 */
export async function runStages(stages, { atOnce, run, tell }) {
  const waiting = [...stages];
  /** @type {Map<Stage, Promise<void>>} */
  const running = new Map();
  /** @type {Map<Stage, Result>} */
  const ended = new Map();
  let told = 0;
  const begin = (/** @type {Stage} */ stage) => {
    waiting.splice(waiting.indexOf(stage), 1);
    running.set(stage, run(stage).then((result) => { ended.set(stage, result); }).finally(() => { running.delete(stage); }));
  };
  while (ended.size < stages.length) {
    for (let stage = next(); stage !== undefined; stage = next()) begin(stage);
    await Promise.race(running.values());
    for (let stage = stages[told]; stage !== undefined && ended.has(stage); stage = stages[++told]) tell(stage, /** @type {Result} */ (ended.get(stage)));
  }

  function next() {
    if (running.size >= atOnce) return undefined;
    const now = [...running.keys()];
    if (now.some((r) => r.alone)) return undefined;
    for (const stage of waiting) {
      const free = (stage.needs ?? []).every((name) => ![...waiting, ...now].some((other) => other.name === name)) && !now.some((r) => r.uses?.some((u) => stage.uses?.includes(u)));
      if (stage.alone) return free && now.length === 0 ? stage : undefined;
      if (free) return stage;
    }
    return undefined;
  }
}
