import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import { matches, parseFilter, rowsOf, shortName, sortRows, summaryOf, waited, type Row } from '../../../webview/goroutines/model';

let rows: Row[];
beforeAll(async () => {
  const dump = await openProfile(readFileSync('test/fixtures/capture.goroutines.txt'), { maxBytes: 1e8 }).goroutines();
  rows = rowsOf(dump?.groups ?? [], []);
});
const names = (text: string): string[] => rows.filter((r) => matches(r, parseFilter(text))).map((r) => r.summary[0]?.name ?? '');

describe('summary of a stack', () => {
  const stack = (...n: string[]) => n.map((name) => ({ name, file: name.startsWith('example.com') ? '/app/x.go' : '', line: 1 }));
  it('passes over the parking machinery and prefers the own module', () => {
    const s = summaryOf(stack(
      'runtime.gopark', 'sync.(*Mutex).Lock', 'k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait', 'k8s.io/client-go/rest.(*Request).Do',
      'sigs.k8s.io/controller-runtime/pkg/client.(*client).Update', 'example.com/app/internal.(*WidgetReconciler).Reconcile', 'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller).Start',
    ), ['example.com/app']);
    expect(s.map((f) => shortName(f.name))).toEqual(['flowcontrol.(*tokenBucketRateLimiter).Wait', 'rest.(*Request).Do', 'internal.(*WidgetReconciler).Reconcile']);
  });
  it('keeps something when all of it is machinery', () => {
    expect(summaryOf(stack('runtime.gopark', 'runtime.main'), []).map((f) => f.name)).toEqual(['runtime.gopark']);
    expect(summaryOf([], [])).toEqual([]);
  });
});

describe('what a row says beyond its state', () => {
  const group = (...names: string[]) => ({ ...rows[0]!.group, count: 1, stack: names.map((name) => ({ name, file: '', line: 1 })) });
  it('names the rate limiter of the client, by its Wait alone', () => {
    const [limited, other] = rowsOf([
      group('golang.org/x/time/rate.(*Limiter).wait', 'k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait', 'example.com/app.(*R).Reconcile'),
      group('golang.org/x/time/rate.(*Limiter).wait', 'example.com/app.(*R).Reconcile'),
    ], []);
    expect([limited!.waitsFor, other!.waitsFor]).toEqual(["client's rate limiter", undefined]);
    expect(matches(limited!, parseFilter('"rate limiter"'))).toBe(true);
  });
  it('puts own code first among equal counts', () => {
    const sorted = sortRows(rowsOf([group('net/http.(*Server).Serve'), group('example.com/app.(*R).Reconcile')], ['example.com/app']), { key: 'count', descending: true });
    expect(sorted.map((r) => r.index)).toEqual([1, 0]);
  });
});

describe('short names', () => {
  it.each([
    ['sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[go.shape.struct { k8s.io/apimachinery/pkg/types.NamespacedName }]).Start.func2', 'controller.(*Controller[…]).Start.func2'],
    ['main.main', 'main.main'],
    ['k8s.io/client-go/rest.(*Request).Do', 'rest.(*Request).Do'],
  ])('%s', (long, short) => { expect(shortName(long)).toBe(short); });
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
    expect([g('select', 0), g('select', 5), g('select', 125), g('running', 0), g('', 0)]).toEqual(['< 1 min', '5 min', '2 h 5 min', '', '']);
  });
});
