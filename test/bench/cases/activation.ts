/** What our activation costs the editor: loading the code and running activate(), in a real extension host. */
import type { Activation, ActivationJob, ActivationResult } from '../host/jobs';
import { Editor } from '../lib/editor';
import { median, summary } from '../lib/stats';
import type { Case } from '../types';

export const activation: Case = {
  name: 'activation',
  async run(bench, tell) {
    const editor = await Editor.start(bench);
    const results: ActivationResult[] = [];
    const runs = bench.repeats(7);
    for (let i = 0; i < runs; i++) {
      bench.log(`activation: window ${i + 1} of ${runs}`);
      results.push(
        await editor.run<ActivationResult>({ kind: 'activation', oursFirst: i % 2 === 0 } satisfies ActivationJob),
      );
    }
    await editor.stop();
    const peer = 'an empty extension in the same extension host';
    const own = (a: Activation): number => a.load + a.activate;
    tell({
      name: 'activation',
      ...summary(results.map((r) => own(r.ours))),
      unit: 'ms',
      peer,
      peerValue: median(results.map((r) => own(r.empty))),
      limit: { most: 10, of: 'value' },
    });
    tell({
      name: 'activation: loading the code',
      ...summary(results.map((r) => r.ours.load)),
      unit: 'ms',
      peer,
      peerValue: median(results.map((r) => r.empty.load)),
    });
    tell({
      name: 'activation: activate()',
      ...summary(results.map((r) => r.ours.activate)),
      unit: 'ms',
      peer,
      peerValue: median(results.map((r) => r.empty.activate)),
    });
    tell({
      name: 'activation: with what the editor does around it',
      ...summary(results.map((r) => r.ours.whole)),
      unit: 'ms',
      peer,
      peerValue: median(results.map((r) => r.empty.whole)),
    });
    tell({
      name: 'activation: modules loaded beside extension.js (kube.js…)',
      value: Math.max(...results.map((r) => r.others.length)),
      unit: '',
      limit: { most: 0, of: 'value' },
    });
    tell({
      name: 'activation: loading kube.js, which it is spared',
      ...summary(results.map((r) => r.kube)),
      unit: 'ms',
    });
  },
};
