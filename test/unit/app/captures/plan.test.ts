import { describe, expect, it } from 'vitest';
import { goCandidates } from '../../../../src/app/captures/go';
import { groupOf, planFor, planTitle, readPlan, stepsOf, type Plan } from '../../../../src/app/captures/plan';
import { secondsOf } from '../../../../src/app/captures/seconds';
import type { Place } from '../../../../src/app/processes/place';

const pod = (name: string): Place =>
  ({ kind: 'pod', context: 'kind', workload: { name: 'gadgets' }, replica: { pod: { name } } }) as unknown as Place;
const local: Place = { kind: 'local', url: 'http://127.0.0.1:6060' };
const heapPair: Plan = { what: 'heap', how: 'pair', seconds: 30 };
const all: Plan = { what: 'everything', how: 'once', seconds: 30 };

describe('a plan', () => {
  it('is made of the files that it gives', () => {
    expect(stepsOf({ what: 'cpu', how: 'once', seconds: 30 })).toEqual([
      { kind: 'cpu', seconds: 30, after: 0, which: '' },
    ]);
    expect(stepsOf(heapPair)).toEqual([
      { kind: 'heap', seconds: 0, after: 0, which: 'before' },
      { kind: 'heap', seconds: 0, after: 30, which: 'after' },
    ]);
    expect(stepsOf(all).map((s) => [s.kind, s.seconds])).toEqual([
      ['cpu', 30],
      ['goroutine', 0],
      ['heap', 0],
      ['metrics', 30],
    ]);
  });

  it('has a title that says of whom', () => {
    expect(planTitle({ what: 'cpu', how: 'once', seconds: 3 }, [pod('gadgets-1')])).toBe('CPU of gadgets-1');
    expect(planTitle(heapPair, [pod('gadgets-1'), pod('gadgets-2')])).toBe(
      'Heap before and after of gadgets, 2 replicas',
    );
    expect(planTitle(all, [local])).toBe('Everything of http://127.0.0.1:6060');
  });

  it('makes a group of more than one file', () => {
    expect(groupOf({ what: 'heap', how: 'once', seconds: 0 }, [pod('a')], 'id')).toBeUndefined();
    expect(groupOf(heapPair, [pod('a')], 'id')).toEqual({
      id: 'id',
      name: 'Heap before and after gadgets',
      kind: 'pair',
    });
    expect(groupOf({ what: 'cpu', how: 'once', seconds: 3 }, [pod('a'), pod('b')], 'id')).toEqual({
      id: 'id',
      name: 'CPU gadgets, 2 replicas',
      kind: 'replicas',
    });
    expect(groupOf(all, [local], 'id')).toEqual({ id: 'id', name: 'Everything 127.0.0.1:6060', kind: 'everything' });
  });

  it('is read back from storage, and nothing else is', () => {
    for (const plan of [heapPair, all, { what: 'custom:x', how: 'once', seconds: 0 }])
      expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    for (const v of [
      undefined,
      { kind: 'cpu', seconds: 3 },
      { ...all, what: 'metrics' },
      { ...all, how: 'often' },
      { ...all, seconds: -1 },
    ])
      expect(readPlan(v)).toBeUndefined();
  });

  it('is told from a capture that is taken again', () => {
    expect(planFor('heap', 10)).toEqual({ what: 'heap', how: 'delta', seconds: 10 });
    expect(planFor('cpu', 10)).toEqual({ what: 'cpu', how: 'once', seconds: 10 });
    expect(planFor('metrics', 10)).toBeUndefined();
  });
});

it('offers a length that fits: the setting for CPU, less for a trace, each remembered by itself', () => {
  expect(secondsOf({ what: 'cpu', how: 'once' }, 30)).toMatchObject({
    first: 30,
    prompt: 'Seconds to record, 1 to 600',
  });
  expect(secondsOf({ what: 'trace', how: 'once' }, 30).first).toBe(5);
  expect(
    new Set([
      secondsOf({ what: 'cpu', how: 'once' }, 30).key,
      secondsOf({ what: 'trace', how: 'once' }, 30).key,
      secondsOf(heapPair, 30).key,
    ]).size,
  ).toBe(3);
});

it('looks for go on the PATH, in GOROOT and where installers put it, and never in the folder that is open', () => {
  expect(goCandidates({ PATH: '/a/bin:.:bin:', GOROOT: '/go' }, 'linux')).toEqual([
    '/a/bin/go',
    '/go/bin/go',
    '/usr/local/go/bin/go',
    '/usr/lib/go/bin/go',
    '/opt/homebrew/bin/go',
  ]);
  expect(goCandidates({ Path: 'C:\\a;.', ProgramFiles: 'D:\\P' }, 'win32')).toEqual([
    'C:\\a\\go.exe',
    'D:\\P\\Go\\bin\\go.exe',
  ]);
});
