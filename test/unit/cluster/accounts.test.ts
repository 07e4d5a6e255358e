import { describe, expect, it } from 'vitest';
import { rankAccounts } from '../../../src/cluster/accounts';
import { pod } from './helpers';

const pods = [
  pod({ name: 'web-1', serviceAccount: 'web' }),
  pod({ name: 'vmagent-abc', serviceAccount: 'agent' }),
  pod({ namespace: 'monitoring', name: 'prometheus-0', serviceAccount: 'prometheus-k8s' }),
  pod({ namespace: 'monitoring', name: 'prometheus-1', serviceAccount: 'prometheus-k8s' }),
  pod({ namespace: 'other', name: 'prometheus-x', serviceAccount: 'default' }),
];
const said = (...args: Parameters<typeof rankAccounts>): string[] =>
  rankAccounts(...args).map((a) => `${a.namespace}/${a.name}: ${a.hint}`);

describe('service accounts to choose from', () => {
  it("puts the workload's own first, then what monitoring uses, then the rest", () => {
    expect(said('ns', ['web', 'default', 'agent', 'metrics-reader', 'w'], 'w', pods, true)).toEqual([
      "ns/w: the workload's own",
      'ns/agent: used by vmagent-abc',
      'ns/metrics-reader: its name speaks of monitoring',
      'monitoring/prometheus-k8s: used by prometheus-0',
      'ns/default: ',
      'ns/web: ',
    ]);
  });

  it('offers what the pods tell when accounts may not be listed, and in another namespace only its own', () => {
    expect(said('ns', undefined, 'w', pods, true)).toEqual([
      "ns/w: the workload's own",
      'monitoring/prometheus-k8s: used by prometheus-0',
    ]);
    expect(said('monitoring', ['default', 'prometheus-k8s'], '', pods, false)).toEqual([
      'monitoring/prometheus-k8s: used by prometheus-0',
      'monitoring/default: ',
    ]);
    expect(said('ns', ['default'], 'deleted', [], true)).toEqual(['ns/default: ']);
  });
});
