import { describe, expect, it } from 'vitest';
import { happened } from '../../../src/controllers/changes';
import type { Replica } from '../../../src/controllers/types';
import { replica } from '../cluster/helpers';

const NOW = 1_000_000;
const label = (pod: string): string => `…${pod}`;
const of = (uid: string, over: Partial<Replica['pod']> = {}, leader = false): Replica => ({
  ...replica([], { uid, name: uid, createdAt: 1000, ...over }),
  leader,
});
const container = (args: readonly string[], image = 'registry/team/app:v1'): Replica['pod']['containers'] => [
  { name: 'manager', image, args, env: {}, ports: [] },
];

describe('what happened between two looks', () => {
  it('is nothing at first, and nothing when all is as it was', () => {
    expect(happened([], [of('a')], label, NOW)).toEqual([]);
    expect(happened([of('a', {}, true)], [of('a', { ready: false }, true)], label, NOW)).toEqual([]);
  });

  it('tells of processes that restart, start and end', () => {
    const before = [of('a', { restarts: 1 }), of('b')];
    const after = [of('a', { restarts: 2 }), of('c', { createdAt: NOW - 5000 })];
    expect(happened(before, after, label, NOW)).toEqual([
      { kind: 'restart', text: '…a restarted', at: NOW },
      { kind: 'restart', text: '…c was started', at: NOW - 5000 },
      { kind: 'restart', text: '…b ended', at: NOW },
    ]);
  });

  it('tells of another leader, not of a pause without one', () => {
    expect(happened([of('a', {}, true), of('b')], [of('a'), of('b')], label, NOW)).toEqual([]);
    expect(happened([of('a'), of('b')], [of('a'), of('b', {}, true)], label, NOW)).toEqual([
      { kind: 'leader', text: '…b leads', at: NOW },
    ]);
    expect(happened([of('a', {}, true), of('b')], [of('a'), of('b', {}, true)], label, NOW)).toEqual([
      { kind: 'leader', text: '…b leads, no longer …a', at: NOW },
    ]);
  });

  it('tells which settings a rollout changed, and no value that may be a secret', () => {
    const before = [
      of('a', { containers: container(['/app', '--kube-api-qps=20', '--token=abc', '--leader-elect', '--v', '2']) }),
    ];
    const after = [
      before[0] as Replica,
      of('b', {
        createdAt: 2000,
        containers: container(
          ['/app', '--kube-api-qps=50', '--token=xyz', '--pprof=:6060', '--v', '2'],
          'registry/team/app:v2',
        ),
      }),
    ];
    expect(happened(before, after, label, NOW).filter((h) => h.kind === 'setting')).toEqual([
      {
        kind: 'setting',
        at: NOW,
        text: 'Changed: image app:v1 → app:v2, --kube-api-qps 20 → 50, --token … → …, --leader-elect set → unset, --pprof unset → :6060',
      },
    ]);
    expect(happened(after, [after[1] as Replica], label, NOW).filter((h) => h.kind === 'setting')).toEqual([]);
  });
});
