/** Loaded by the extension host as its test suite: gets a job from the bench, does it, answers. */
import { measureActivation } from './activation';
import { measureTree } from './tree';
import type { ActivationJob, TreeJob } from './jobs';
import { control } from './control';

/** Called by the editor; the host ends when it resolves. */
export async function run(): Promise<void> {
  const job = (await control('GET', '')) as ActivationJob | TreeJob;
  let answer: object;
  try {
    answer = { value: job.kind === 'activation' ? await measureActivation(job) : await measureTree(job) };
  } catch (e) {
    answer = { error: e instanceof Error ? (e.stack ?? e.message) : String(e) };
  }
  await control('POST', 'result', { pid: process.pid, ...answer });
}
