/** A sequence of questions, with a way back. */

/** Thrown by a step when the user goes back. */
export class Back extends Error {
  override readonly name = 'Back';
}

/** Asks, or finds that no question is needed; returns the state with the answer in it. */
export type Step<S> = (
  state: S,
  frame: { readonly step: number; readonly totalSteps: number; readonly back: boolean },
) => Promise<{ readonly state: S; readonly asked: boolean }>;

/**
 * Runs steps in order; Back returns to the last step that asked something. Steps that turn out to need no question are
 * not counted.
 */
export async function run<S>(start: S, steps: readonly Step<S>[]): Promise<S> {
  const states: S[] = [start];
  const asked: number[] = [];
  let i = 0;
  while (i < steps.length) {
    const step = steps[i];
    const state = states[i];
    if (!step || state === undefined) break;
    try {
      const out = await step(state, {
        step: asked.length + 1,
        totalSteps: asked.length + steps.length - i,
        back: asked.length > 0,
      });
      states[i + 1] = out.state;
      if (out.asked) asked.push(i);
      i++;
    } catch (e) {
      if (!(e instanceof Back)) throw e;
      i = asked.pop() ?? 0;
    }
  }
  return states[steps.length] ?? start;
}
