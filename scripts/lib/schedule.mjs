// Decides which stage runs when: two at a time where possible, since tests spend much of their time waiting.

/**
 * Runs stages, at most `atOnce` at a time, each as early as possible, in the order of the list. A stage waits until the
 * stages that it `needs` have ended and no running stage `uses` the same resource. A stage that measures is `alone`: it
 * waits until no stage runs, and no later stage starts before it has ended. `run(stage)` resolves with its result;
 * `tell(stage, result)` is called as soon as a stage has ended. Rejects with what `run` or `tell` throws; stages that
 * are running then continue.
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
  const begin = (/** @type {Stage} */ stage) => {
    waiting.splice(waiting.indexOf(stage), 1);
    running.set(
      stage,
      run(stage)
        .then((result) => {
          tell(stage, result);
        })
        .finally(() => {
          running.delete(stage);
        }),
    );
  };
  while (waiting.length + running.size > 0) {
    for (
      let stage = next(waiting, [...running.keys()], atOnce);
      stage !== undefined;
      stage = next(waiting, [...running.keys()], atOnce)
    )
      begin(stage);
    await Promise.race(running.values());
  }
}

/**
 * The stage to start now; undefined if none may start.
 * @template {{ name: string, needs?: readonly string[], uses?: readonly string[], alone?: boolean }} Stage
 * @param {readonly Stage[]} waiting @param {readonly Stage[]} running @param {number} atOnce
 */
function next(waiting, running, atOnce) {
  if (running.length >= atOnce || running.some((r) => r.alone)) return undefined;
  for (const stage of waiting) {
    const free =
      (stage.needs ?? []).every((name) => ![...waiting, ...running].some((other) => other.name === name)) &&
      !running.some((r) => r.uses?.some((u) => stage.uses?.includes(u)));
    if (stage.alone) return free && running.length === 0 ? stage : undefined;
    if (free) return stage;
  }
  return undefined;
}

/**
 * When each stage would begin and end, s, if each took `seconds(stage)`; `total`: the end of the last one.
 * @template {{ name: string, needs?: readonly string[], uses?: readonly string[], alone?: boolean }} Stage
 * @param {readonly Stage[]} stages @param {{ atOnce: number, seconds: (stage: Stage) => number }} how
 */
export function plan(stages, { atOnce, seconds }) {
  const waiting = [...stages];
  /** @type {{ stage: Stage, begins: number, ends: number }[]} */
  let running = [];
  /** @type {Record<string, { begins: number, ends: number }>} */
  const times = {};
  let now = 0;
  while (waiting.length + running.length > 0) {
    for (
      let stage;
      (stage = next(
        waiting,
        running.map((r) => r.stage),
        atOnce,
      )) !== undefined;
    ) {
      waiting.splice(waiting.indexOf(stage), 1);
      const one = { begins: now, ends: now + seconds(stage) };
      times[stage.name] = one;
      running.push({ stage, ...one });
    }
    now = Math.min(...running.map((r) => r.ends));
    running = running.filter((r) => r.ends > now);
  }
  return { total: now, times };
}
