import { describe, expect, it } from 'vitest';
import { sorted } from '../../../webview/flame/order';
import {
  chipsOf,
  exactly,
  isWhole,
  textOf,
  toggled,
  withFunction,
  withGranularity,
  without,
  withText,
  WORDS,
} from '../../../webview/flame/part';
import { outputUnit, percentage } from '../../../webview/flame/pprof';

const word = (name: string) => WORDS.find((w) => w.word === name)!;
const HASH = 'example.com/gadgets/internal/controller.(*GadgetReconciler).hash';

describe('the part as chips', () => {
  it("has pprof's words, in one order, with a function's short name where a pattern stands for it", () => {
    const part = {
      hide: `^runtime\\.|${exactly(HASH)}`,
      focus: 'Reconcile',
      tagFocus: ['controller=a,b'],
      tagRoot: ['controller', 'kind'],
      granularity: 'files',
      noInlines: true,
      cut: true,
    } as const;
    expect(chipsOf(part).map((c) => `${c.word} ${c.shown}`.trim())).toEqual([
      'focus Reconcile',
      'hide ^runtime\\. | (*GadgetReconciler).hash',
      'tagfocus controller=a,b',
      'tagroot controller,kind',
      'granularity files',
      'noinlines',
    ]);
    expect(chipsOf({})).toEqual([]);
    expect(isWhole({})).toBe(true);
  });

  it('takes what is typed: a label filter whole, names of labels apart', () => {
    expect(withText({}, word('focus'), 'a|b')).toEqual({ focus: 'a|b' });
    expect(withText({}, word('tagfocus'), 'controller=a,b')).toEqual({ tagFocus: ['controller=a,b'] });
    expect(withText({}, word('tagroot'), 'controller, kind,')).toEqual({ tagRoot: ['controller', 'kind'] });
    expect(textOf({ tagRoot: ['controller', 'kind'] }, word('tagroot'))).toBe('controller,kind');
    expect(withText({ focus: 'a', hide: 'b' }, word('focus'), '')).toEqual({ hide: 'b' });
  });

  it('adds functions to what is hidden and ignored, and replaces what is focused on', () => {
    expect(withFunction({ focus: 'x', hide: 'y' }, 'focus', 'a.(*T).F')).toEqual({
      focus: '^a\\.\\(\\*T\\)\\.F$',
      hide: 'y',
    });
    expect(withFunction({ hide: 'y' }, 'hide', 'a.F')).toEqual({ hide: 'y|^a\\.F$' });
    const once = withFunction({}, 'ignore', 'a.F');
    expect(withFunction(once, 'ignore', 'a.F')).toEqual(once);
    expect(new RegExp(exactly(HASH)).test(HASH)).toBe(true);
  });

  it('switches and takes away', () => {
    expect(toggled({}, 'cut')).toEqual({ cut: true });
    expect(toggled({ cut: true }, 'cut')).toEqual({});
    expect(withGranularity({ granularity: 'files' }, 'functions')).toEqual({});
    expect(without({ focus: 'a', cut: true }, 'focus')).toEqual({ cut: true });
  });
});

describe("pprof's text", () => {
  // As internal/measurement/measurement.go prints them.
  it.each([
    [1, 1, '100%'],
    [9996, 10_000, '100%'],
    [478, 1000, '47.80%'],
    [-478, 1000, '47.80%'],
    [90.625, 100, '90.62%'],
    [90.875, 100, '90.88%'],
    [58, 100_000, '0.058%'],
    [5, 1000, '0.5%'],
    [1, 10_000_000, '1e-05%'],
    [0, 10, '0%'],
    [3, 0, '0%'],
  ])('%d of %d is %s', (v, of, text) => {
    expect(percentage(v, of)).toBe(text);
  });

  it('prints a table in one unit, fit for its smallest value', () => {
    const ms = 1e6;
    expect(outputUnit(Float64Array.of(10 * ms, 0), Float64Array.of(10 * ms, 20 * ms), 40 * ms, 'nanoseconds')).toBe(
      'ms',
    );
    expect(
      outputUnit(Float64Array.of(10 * ms, 5000 * ms), Float64Array.of(10 * ms, 5010 * ms), 5010 * ms, 'nanoseconds'),
    ).toBe('s');
    expect(outputUnit(Float64Array.of(3), Float64Array.of(3), 3, 'count')).toBe('count');
  });
});

describe('sorting in slices', () => {
  it('sorts any number of rows, and keeps equals as they stood', async () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 101);
    const rows = Uint32Array.from(values, (_, i) => i);
    const out = (await sorted(
      rows,
      (a, b) => values[a]! - values[b]!,
      () => false,
    ))!;
    expect([...out]).toEqual([...rows].sort((a, b) => values[a]! - values[b]! || a - b));
    expect(
      await sorted(
        new Uint32Array(),
        () => 0,
        () => false,
      ),
    ).toEqual(new Uint32Array());
  });
});
