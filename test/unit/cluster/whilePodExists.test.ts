import { describe, expect, it } from 'vitest';
import { Cluster } from '../../../src/cluster/cluster';
import { whilePodExists } from '../../../src/cluster/whilePodExists';
import { pod, Seen, session } from './helpers';

function there(): { seen: Seen; cluster: Cluster } {
  const seen = new Seen();
  seen.pods.set('u1', pod());
  return { seen, cluster: new Cluster(session({ inventory: seen }), { namespaces: [], marked: () => ({}) }) };
}

/** Lasts until its signal ends it. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(new DOMException('ended', 'AbortError'));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
const never = new AbortController().signal;

describe('work on a pod', () => {
  it('ends at once, and says why, when the pod is gone; also when another one took its name', async () => {
    const { seen, cluster } = there();
    const work = whilePodExists(cluster, pod(), never, endless);
    seen.pods.set('u1', pod({ deleting: true }));
    seen.change();
    seen.pods.delete('u1');
    seen.pods.set('u2', pod({ uid: 'u2' }));
    seen.change();
    await expect(work).rejects.toMatchObject({
      code: 'kube.podGone',
      message: expect.stringContaining('ns/w-0') as string,
    });
    await expect(whilePodExists(cluster, pod(), never, endless)).rejects.toMatchObject({ code: 'kube.podGone' });
    cluster.dispose();
  });

  it('goes on while the pod is ending, and once it has all that it needs', async () => {
    const { seen, cluster } = there();
    let finish: (said: string) => void = () => undefined;
    let signal: AbortSignal | undefined;
    let keep: () => void = () => undefined;
    const work = whilePodExists(cluster, pod(), never, (s, k) => {
      [signal, keep] = [s, k];
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    });
    seen.pods.set('u1', pod({ deleting: true }));
    seen.change();
    expect(signal?.aborted).toBe(false);
    keep();
    seen.pods.delete('u1');
    seen.change();
    expect(signal?.aborted).toBe(false);
    finish('whole');
    expect(await work).toBe('whole');
    cluster.dispose();
  });

  it("leaves a person's cancel a cancel, and other failures as they are", async () => {
    const { cluster } = there();
    const stop = new AbortController();
    const work = whilePodExists(cluster, pod(), stop.signal, endless);
    stop.abort();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    await expect(whilePodExists(cluster, pod(), never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    cluster.dispose();
  });
});
