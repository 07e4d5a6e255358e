import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import type { WorkerPool, WorkerState } from '../../../src/profile/types';

const folder = 'test/fixtures/workers';
const VERSIONS = readdirSync(folder).flatMap((f) => /^controller-runtime-(.+)\.txt\.gz$/.exec(f)?.[1] ?? []);

/** Where test/fixtures/workers/main.go and loops.go put their workers; '' = no name, since all rest. */
const TOLD: readonly (readonly [controller: string, counts: Partial<Record<WorkerState, number>>])[] = [
  ['', { idle: 2 }],
  ['', { idle: 3 }],
  ['body', { waitingForApi: 1 }],
  ['busy', { reconciling: 2 }],
  ['channel', { idle: 1, other: 3 }],
  ['external', { idle: 1, external: 3 }],
  ['invoices', { idle: 1, other: 1 }],
  ['locked', { locked: 2, other: 1 }],
  ['main.run', { idle: 1, other: 1 }],
  ['plainhttp', { waitingForApi: 1 }],
  ['reader', { locked: 1 }],
  ['receipts', { other: 3 }],
  ['refunds', { idle: 1, other: 1 }],
  ['retry', { waitingForApi: 1 }],
  ['sleep', { idle: 1, other: 1 }],
  ['throttled', { throttled: 3, waitingForApi: 1 }],
  ['twin', { idle: 1, other: 1 }],
  ['twin', { idle: 1, other: 2 }],
  ['writer', { throttled: 1, waitingForApi: 1 }],
];

const seen = (pools: readonly WorkerPool[]) =>
  pools
    .map((p) => [p.controller ?? '', Object.fromEntries(Object.entries(p.counts).filter(([, n]) => n > 0))] as const)
    .sort((a, b) => a[0].localeCompare(b[0]) || JSON.stringify(a[1]).localeCompare(JSON.stringify(b[1])));
const sum = (pools: readonly WorkerPool[], state: WorkerState): number =>
  pools.reduce((n, p) => n + p.counts[state], 0);
const told = (state: WorkerState): number => TOLD.reduce((n, [, counts]) => n + (counts[state] ?? 0), 0);

describe.each(VERSIONS)('the workers of a process of controller-runtime %s', (version) => {
  const read = async (file: string) =>
    (await openProfile(readFileSync(`${folder}/controller-runtime-${version}.${file}`)).goroutines())!;

  it('are where the program put them', async () => {
    expect(seen((await read('txt.gz')).workers.pools)).toEqual(TOLD);
  });

  it('are as many in the binary form, which tells neither who started whom nor all waits', async () => {
    const { pools } = (await read('pb.gz')).workers;
    for (const state of ['idle', 'throttled', 'waitingForApi', 'locked', 'external'] as const)
      expect([state, sum(pools, state)]).toEqual([state, told(state)]);
    expect(sum(pools, 'reconciling') + sum(pools, 'other')).toBe(told('reconciling') + told('other'));
  });
});

it('are read from real dumps of old and new releases', () => {
  expect(VERSIONS).toEqual(expect.arrayContaining(['0.14', '0.25']));
});
