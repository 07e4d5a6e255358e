import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import type { WorkerPool, WorkerState } from '../../../src/profile/types';
import {
  matches,
  parseFilter,
  rowsOf,
  shortName,
  signed,
  sortRows,
  summaryOf,
  waited,
  type Row,
} from '../../../webview/goroutines/model';
import { orderPools, sentence } from '../../../webview/goroutines/words';

let rows: Row[];
beforeAll(async () => {
  const dump = await openProfile(readFileSync('test/fixtures/capture.goroutines.txt'), { maxBytes: 1e8 }).goroutines();
  rows = rowsOf(dump?.groups ?? [], []);
});
const names = (text: string): string[] =>
  rows.filter((r) => matches(r, parseFilter(text))).map((r) => r.summary[0]?.name ?? '');

describe('summary of a stack', () => {
  const stack = (...n: string[]) =>
    n.map((name) => ({ name, file: name.startsWith('example.com') ? '/app/x.go' : '', line: 1 }));
  it('passes over the parking machinery and prefers the own module', () => {
    const s = summaryOf(
      stack(
        'runtime.gopark',
        'sync.(*Mutex).Lock',
        'k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait',
        'k8s.io/client-go/rest.(*Request).Do',
        'sigs.k8s.io/controller-runtime/pkg/client.(*client).Update',
        'example.com/app/internal.(*WidgetReconciler).Reconcile',
        'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller).Start',
      ),
      ['example.com/app'],
    );
    expect(s.map((f) => shortName(f.name))).toEqual([
      'flowcontrol.(*tokenBucketRateLimiter).Wait',
      'rest.(*Request).Do',
      'internal.(*WidgetReconciler).Reconcile',
    ]);
  });
  it('keeps something when all of it is machinery', () => {
    expect(summaryOf(stack('runtime.gopark', 'runtime.main'), []).map((f) => f.name)).toEqual(['runtime.gopark']);
    expect(summaryOf([], [])).toEqual([]);
  });
});

describe('what a row says beyond its state', () => {
  const group = (...names: string[]) => ({
    ...rows[0]!.group,
    count: 1,
    stack: names.map((name) => ({ name, file: '', line: 1 })),
  });
  it('names the rate limiter of the client, by its Wait alone', () => {
    const [limited, other] = rowsOf(
      [
        group(
          'golang.org/x/time/rate.(*Limiter).wait',
          'k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait',
          'example.com/app.(*R).Reconcile',
        ),
        group('golang.org/x/time/rate.(*Limiter).wait', 'example.com/app.(*R).Reconcile'),
      ],
      [],
    );
    expect([limited!.waitsFor, other!.waitsFor]).toEqual(["client's rate limiter", undefined]);
    expect(matches(limited!, parseFilter('"rate limiter"'))).toBe(true);
  });
  it('puts own code first among equal counts', () => {
    const sorted = sortRows(
      rowsOf([group('net/http.(*Server).Serve'), group('example.com/app.(*R).Reconcile')], ['example.com/app']),
      { key: 'count', descending: true },
    );
    expect(sorted.map((r) => r.index)).toEqual([1, 0]);
  });
});

describe('short names', () => {
  it.each([
    [
      'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[go.shape.struct { k8s.io/apimachinery/pkg/types.NamespacedName }]).Start.func2',
      'controller.(*Controller[…]).Start.func2',
    ],
    ['main.main', 'main.main'],
    ['k8s.io/client-go/rest.(*Request).Do', 'rest.(*Request).Do'],
  ])('%s', (long, short) => {
    expect(shortName(long)).toBe(short);
  });
});

describe('filter', () => {
  it('finds by text, state, package and label, and by what is not there', () => {
    expect(names('main.receive').length).toBeGreaterThan(0);
    expect(names('label:controller=widget').length).toBe(2);
    expect(names('label:controller=widget state:mutex')).toHaveLength(1);
    expect(names('package:runtime/pprof')).toHaveLength(1);
    const all = rows.length;
    expect(names('-package:runtime/pprof')).toHaveLength(all - 1);
    expect(names('no-such-thing')).toHaveLength(0);
    expect(names('')).toHaveLength(all);
  });
  it('takes values in quotes, closed or still being typed', () => {
    expect(names('state:"chan receive"')).toEqual(names('state:"chan receive'));
    expect(names('state:"chan receive"').length).toBeGreaterThan(0);
  });
});

describe('order', () => {
  it('is by count first, and turns round', () => {
    const down = sortRows(rows, { key: 'count', descending: true }).map((r) => r.group.count);
    expect(down).toEqual([...down].sort((a, b) => b - a));
    const up = sortRows(rows, { key: 'count', descending: false }).map((r) => r.group.count);
    expect(up[0]).toBe(down.at(-1));
  });
});

describe('waits', () => {
  const g = (state: string, minutes: number) => waited({ ...rows[0]!.group, state, minutes });
  it('claims no more than whole minutes, and nothing for those that do not wait', () => {
    expect([g('select', 0), g('select', 5), g('select', 125), g('running', 0), g('', 0)]).toEqual([
      '< 1 min',
      '5 min',
      '2 h 5 min',
      '',
      '',
    ]);
  });
});

describe('what is said of a pool', () => {
  const none: Record<WorkerState, number> = {
    idle: 0,
    reconciling: 0,
    throttled: 0,
    waitingForApi: 0,
    locked: 0,
    external: 0,
    other: 0,
  };
  const pool = (
    counts: Partial<Record<WorkerState, number>>,
    stacks: WorkerPool['stacks'] = [],
    controller: string | undefined = 'widget',
  ): WorkerPool => ({
    controller,
    from: '',
    kind: 'controller-runtime',
    counts: { ...none, ...counts },
    stacks,
    workers: Object.values(counts).reduce((n, c) => n + c, 0),
  });
  const said = (p: WorkerPool, groups = rows.map((r) => r.group)) =>
    sentence(p, groups)
      .map((s) => s.text)
      .join(', ');

  it.each<[Partial<Record<WorkerState, number>>, string]>([
    [{ throttled: 7, reconciling: 1 }, "7 of 8 wait in the client's rate limiter, 1 in Reconcile"],
    [{ idle: 3, reconciling: 1 }, '3 of 4 idle, 1 in Reconcile'],
    [{ waitingForApi: 1 }, '1 worker, waits for the API server'],
    [{ idle: 2 }, 'Both idle'],
    [{ idle: 20 }, 'All 20 idle'],
    [
      { locked: 2, external: 1, waitingForApi: 3 },
      '3 of 6 wait for the API server, 2 wait for a lock, 1 in an external call',
    ],
  ])('%j', (counts, words) => {
    expect(said(pool(counts))).toBe(words);
  });

  it("has the dump's own word for another wait, where there is one", () => {
    const group = { ...rows[0]!.group, state: 'chan receive' };
    expect(said(pool({ other: 3, idle: 1 }, [{ state: 'other', count: 3, group: 0 }]), [group])).toBe(
      '3 of 4 wait elsewhere (chan receive), 1 idle',
    );
    expect(
      said(
        pool({ other: 2 }, [
          { state: 'other', count: 1, group: 0 },
          { state: 'other', count: 1, group: 1 },
        ]),
        [group, { ...group, state: 'sleep' }],
      ),
    ).toBe('Both wait elsewhere');
  });

  it('stands out only where something holds the pool back, and comes first then', () => {
    const strong = (counts: Partial<Record<WorkerState, number>>) => sentence(pool(counts), []).some((s) => s.strong);
    expect([
      strong({ throttled: 4, idle: 4 }),
      strong({ throttled: 3, idle: 5 }),
      strong({ locked: 1 }),
      strong({ locked: 2, other: 1 }),
      strong({ waitingForApi: 8 }),
    ]).toEqual([true, false, false, true, false]);
    const pools = [pool({ idle: 1 }, [], 'a'), pool({ reconciling: 1 }, [], 'b'), pool({ throttled: 1 }, [], 'c')];
    expect(orderPools(pools, []).map((p) => p.controller)).toEqual(['c', 'b', 'a']);
  });
});

describe('workers in the filter', () => {
  it('are found by their pool, and by what they do', () => {
    const idle = {
      controller: 'Widget',
      from: '',
      kind: 'controller-runtime',
      workers: 2,
      counts: {} as WorkerPool['counts'],
      stacks: [
        { state: 'idle', count: 1, group: 1 },
        { state: 'locked', count: 1, group: 0 },
      ] as const,
    };
    const found = rowsOf(
      rows.map((r) => r.group),
      [],
      { pools: [idle], notes: [] },
    );
    const indexes = (text: string) => found.filter((r) => matches(r, parseFilter(text))).map((r) => r.index);
    expect([
      indexes('worker:widget'),
      indexes('worker:widget/idle'),
      indexes('worker:wid'),
      indexes('-worker:widget').length,
    ]).toEqual([[0, 1], [1], [], rows.length - 2]);
  });
});

describe('changes', () => {
  it('have a sign, and sort', () => {
    expect([signed(1260), signed(0), signed(-3)]).toEqual(['+1,260', '0', '−3']);
    const sorted = sortRows(rows.slice(0, 3), { key: 'change', descending: true }, [1, 9, -2]);
    expect(sorted.map((r) => r.index)).toEqual([1, 0, 2]);
  });
});
