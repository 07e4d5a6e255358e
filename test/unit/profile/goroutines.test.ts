import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDump } from '../../../src/profile/goroutines/dump';
import { labels, unquote } from '../../../src/profile/goroutines/quoted';
import { openProfile } from '../../../src/profile/open';
import type { GoroutineGroup } from '../../../src/profile/types';
import { fixture, text, rowsOf } from './fixtures';

const holding = (groups: readonly GoroutineGroup[], name: string) =>
  groups.filter((g) => g.stack.some((f) => f.name === name));
const LOCK = { controller: 'widget', kind: 'lock "quoted"\n]:' };

describe('goroutine text of Go 1.26', () => {
  const capture = readDump(text('capture.goroutines.txt'));

  it('a capture has states and waits from one text and labels from the other', () => {
    expect(capture.warnings).toEqual([]);
    expect(capture.total).toBe(26);
    expect(capture.groups.map((g) => g.count).reduce((a, b) => a + b)).toBe(26);
    expect(capture.groups[0]).toMatchObject({
      count: 10,
      state: 'chan receive',
      minutes: 1,
      lockedToThread: 0,
      labels: {},
      elided: false,
      createdBy: { name: 'main.main', file: '/src/fixtures/dumps/main.go' },
      stack: [{ name: 'main.receive', file: '/src/fixtures/dumps/main.go', line: 30 }],
    });
    expect(capture.groups[0]?.ids).toHaveLength(10);
    const [lock, ...more] = holding(capture.groups, 'main.main.func2.1');
    expect(more).toEqual([]);
    expect(lock).toMatchObject({
      count: 4,
      state: 'sync.Mutex.Lock',
      labels: LOCK,
      createdBy: { name: 'main.main.func2' },
    });
  });

  it('divides workers of one stack by their labels', () => {
    const workers = holding(capture.groups, 'main.(*Worker).Run');
    expect(workers.map((g) => [g.count, g.labels, g.state])).toEqual([
      [3, { controller: 'widget' }, 'select'],
      [2, { controller: 'gadget' }, 'select'],
    ]);
  });

  it("knows locked threads, elided frames, generic functions and the system's waits", () => {
    const locked = holding(capture.groups, 'main.locked')[0];
    expect(locked).toMatchObject({ count: 1, lockedToThread: 1, state: 'chan receive' });
    const deep = holding(capture.groups, 'main.deep')[0];
    expect(deep).toMatchObject({ elided: true, count: 1 });
    expect(deep?.stack.length).toBe(100);
    expect(holding(capture.groups, 'main.generic[...]')).toHaveLength(1);
    expect(capture.groups.map((g) => g.state)).toEqual(
      expect.arrayContaining(['IO wait', 'sleep', 'sync.WaitGroup.Wait', 'running']),
    );
  });

  it('reads each text alone', () => {
    const one = readDump(text('debug1.txt'));
    expect(one.total).toBe(26);
    expect(one.groups.every((g) => g.state === '' && g.ids.length === 0 && g.createdBy === undefined)).toBe(true);
    expect(holding(one.groups, 'main.main.func2.1')[0]?.labels).toEqual(LOCK);
    const two = readDump(text('debug2.txt'));
    expect(two.total).toBe(26);
    expect(two.groups.every((g) => Object.keys(g.labels).length === 0)).toBe(true);
    expect(holding(two.groups, 'main.(*Worker).Run').map((g) => g.count)).toEqual([5]);
  });

  it('reads labels from the goroutine headers', () => {
    const d = readDump(text('debug2-labels.txt'));
    expect(holding(d.groups, 'main.(*Worker).Run').map((g) => [g.count, g.labels, g.state])).toEqual([
      [3, { controller: 'widget' }, 'select'],
      [2, { controller: 'gadget' }, 'select'],
    ]);
    expect(holding(d.groups, 'main.main.func2.1')[0]).toMatchObject({ labels: LOCK, state: 'sync.Mutex.Lock' });
  });

  it('reads what a crash prints', () => {
    const d = readDump(text('panic.txt'));
    expect(d.total).toBeGreaterThan(26);
    expect(d.warnings).toEqual([]);
    const first = holding(d.groups, 'panic')[0];
    expect(first).toMatchObject({ state: 'running', ids: [1] });
    expect(first?.stack.map((f) => f.name)).toEqual(['panic', 'main.main', 'runtime.main', 'runtime.goexit']);
    expect(first?.stack[1]?.file).toBe('/src/fixtures/dumps/main.go');
    expect(d.groups.find((g) => g.state === 'GC worker (idle)')?.count).toBeGreaterThan(0);
  });

  it('the binary form has counts and labels', async () => {
    const p = openProfile(fixture('goroutine.pb.gz'));
    expect(p.summary.kind).toBe('goroutines');
    const d = await p.goroutines();
    expect(d?.total).toBe(26);
    expect(holding(d?.groups ?? [], 'main.(*Worker).Run').map((g) => [g.count, g.labels, g.state])).toEqual([
      [3, { controller: 'widget' }, ''],
      [2, { controller: 'gadget' }, ''],
    ]);
    expect(await openProfile(fixture('cpu.prof')).goroutines()).toBeUndefined();
  });

  it('a dump opens as a profile too, packed or not', async () => {
    for (const bytes of [fixture('capture.goroutines.txt'), gzipSync(fixture('capture.goroutines.txt'))]) {
      const p = openProfile(bytes);
      expect(p.summary).toMatchObject({
        kind: 'goroutines',
        sampleTypes: [{ type: 'goroutine', unit: 'count', total: 26 }],
        maxDepth: 100,
      });
      const t = await p.flame({ sampleType: 0, zoom: [], minShare: 0, ownModules: [] });
      expect(t.total[0]).toBe(26);
      expect((await p.search({ text: 'main.receive', sampleType: 0 })).value).toBe(12);
      expect(rowsOf(await p.top({ sampleType: 0 })).find((r) => r.name === 'main.receive')).toMatchObject({
        flat: 12,
        cum: 12,
        line: 30,
      });
      expect((await p.goroutines())?.total).toBe(26);
    }
  });
});

describe('goroutine text by hand', () => {
  const g = (id: number, inside: string, body = 'main.f(0x1)\n\t/a b/f.go:7 +0x1d\n') =>
    `goroutine ${id} [${inside}]:\n${body}\n`;

  it('takes the parts of a header apart', () => {
    const d = readDump(
      [
        g(1, 'select, 12 minutes, locked to thread'),
        g(2, 'chan receive (nil chan), 1440 minutes'),
        g(3, 'semacquire (scan)'),
        g(4, 'chan receive (durable), 3 minutes, synctest bubble 1'),
        g(5, 'select (no cases)'),
        g(6, 'chan send (leaked)'),
      ].join(''),
    );
    expect(d.groups.map((x) => [x.state, x.minutes, x.lockedToThread])).toEqual([
      ['chan receive (nil chan)', 1440, 0],
      ['select', 12, 1],
      ['chan receive (durable)', 3, 0],
      ['semacquire', 0, 0],
      ['select (no cases)', 0, 0],
      ['chan send (leaked)', 0, 0],
    ]);
    expect(d.groups[0]?.stack).toEqual([{ name: 'main.f', file: '/a b/f.go', line: 7 }]);
  });

  it('keeps the longest wait of a group, and all its ids', () => {
    const d = readDump(
      Array.from({ length: 30 }, (_, i) => g(100 - i, i === 7 ? 'select, 9 minutes' : 'select')).join(''),
    );
    expect(d.groups).toHaveLength(1);
    expect(d.groups[0]).toMatchObject({ count: 30, minutes: 9 });
    expect(d.groups[0]?.ids).toEqual(Array.from({ length: 30 }, (_, i) => 71 + i));
  });

  it('reads CRLF, Windows paths, methods, cgo frames, elisions and ancestors', () => {
    const d = readDump(
      [
        'goroutine 5 [syscall, 2 minutes, locked to thread]:',
        'main.(*T).Do(0xc0, {0x1, 0x2}, ...)',
        '\tC:/src/x.go:12 +0x1d',
        'c_function',
        '\t/src/x.c:3 pc=0x1234',
        'non-Go function',
        '\tpc=0x999',
        'main.inlined(...)',
        '\tC:/src/x.go:44',
        '...additional frames elided...',
        'created by main.(*T).Start in goroutine 1',
        '\tC:/src/x.go:9 +0x2',
        '[originating from goroutine 1]:',
        'main.other(...)',
        '\tC:/src/x.go:90 +0x1',
        '',
        'goroutine 6 [running]:',
        '\tgoroutine running on other thread; stack unavailable',
        'created by main.old',
        '\tC:/src/x.go:10 +0x2',
        '',
        '',
      ].join('\r\n'),
    );
    expect(d.warnings).toEqual([]);
    const [a, b] = [d.groups.find((x) => x.ids[0] === 5), d.groups.find((x) => x.ids[0] === 6)];
    expect(a?.stack).toEqual([
      { name: 'main.(*T).Do', file: 'C:/src/x.go', line: 12 },
      { name: 'c_function', file: '/src/x.c', line: 3 },
      { name: 'non-Go function', file: '', line: 0 },
      { name: 'main.inlined', file: 'C:/src/x.go', line: 44 },
    ]);
    expect(a).toMatchObject({ elided: true, createdBy: { name: 'main.(*T).Start', line: 9 } });
    expect(b).toMatchObject({ stack: [], createdBy: { name: 'main.old', line: 10 } });
  });

  const one = (...records: string[]) => `goroutine profile: total 5\n${records.join('\n\n')}\n\n`;
  const record = (n: number, label = '') =>
    `${n} @ 0x1 0x2\n${label && `# labels: {"c":"${label}"}\n`}#\t0x1\tmain.f+0x1\t/a b/f.go:7`;

  it('puts labels side by side where it is not told who has which', () => {
    const two = g(1, 'select') + g(2, 'select, 4 minutes') + g(3, 'select') + g(4, 'chan send') + g(5, 'select');
    const d = readDump(`${one(record(3, 'a'), record(2, 'b'))}\n${two}`);
    expect(d.groups.map((x) => [x.count, x.labels])).toEqual([
      [4, { c: 'a, b' }],
      [1, { c: 'a, b' }],
    ]);
    const some = readDump(`${one(record(3, 'a'), record(9))}\n${two}`);
    expect(some.groups[0]?.labels).toEqual({ c: 'a, (none)' });
  });

  it('leaves goroutines bare that only the second text has', () => {
    const d = readDump(`${one(record(5, 'a'))}\n${g(1, 'select')}${g(9, 'select', 'main.new()\n\t/n.go:1 +0x1\n')}`);
    expect(d.groups.map((x) => [x.stack[0]?.name, x.labels])).toEqual([
      ['main.f', { c: 'a' }],
      ['main.new', {}],
    ]);
  });

  it('says when a text was cut off', () => {
    const cut = text('debug2.txt').slice(0, 1500);
    expect(readDump(cut).warnings.join()).toContain('cut off');
    expect(readDump(text('debug1.txt').slice(0, 1500)).warnings.join()).toContain('cut off');
  });

  it('says when Go stopped at 64 MiB', () => {
    const block = g(7, 'select', `main.long(${'0x1, '.repeat(200_000)})\n\t/f.go:7 +0x1d\n`);
    const d = readDump(block.repeat(Math.ceil((64 * 2 ** 20) / block.length)).slice(0, 64 * 2 ** 20));
    expect(d.warnings.join()).toContain('64 MiB');
    expect(d.groups[0]?.stack[0]).toEqual({ name: 'main.long', file: '/f.go', line: 7 });
  });
});

describe('quoted texts', () => {
  it('come back as they were', () => {
    expect(unquote(String.raw`"a\"b\\c\n\t\u00e9\U0001f600\xff\xe2\x82\xac"`, 0)?.value).toBe(
      'a"b\\c\n\té\u{1f600}\ufffd€',
    );
    expect(unquote('"open', 0)).toBeUndefined();
    expect(labels('{"__proto__":"x", "b": ""}', 0).value).toEqual(
      Object.fromEntries([
        ['__proto__', 'x'],
        ['b', ''],
      ]),
    );
    expect(labels('{"a":"x", "b', 0).value).toEqual({ a: 'x' });
  });
});
