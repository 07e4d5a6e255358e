import { describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import type { FlameTree, OpenProfile, Part } from '../../../src/profile/types';
import { profile } from './build';
import { rowsOf } from './fixtures';

// The agreement with `go tool pprof` is test/pprof; here stands what pprof has no word for.
const query = { sampleType: 0 };
const tree = async (p: OpenProfile, part?: Part) =>
  lines(await p.flame({ ...query, zoom: [], minShare: 0, ownModules: [], part }));

function lines(t: FlameTree): string[] {
  const names = new Map(t.frames.map((f) => [f.id, f.name]));
  return Array.from(t.fn, (fn, i) => `${'  '.repeat(t.depth[i] ?? 0)}${names.get(fn) ?? 'root'} ${t.total[i]}`);
}

describe('the flame graph of a part', () => {
  const p = openProfile(
    profile({
      stacks: [
        ['main;work;hash|mix', 5],
        ['main;work', 2],
        ['main;idle', 1],
      ],
    }),
  );

  it('closes the gaps that hidden frames leave', async () => {
    expect(await tree(p, { hide: 'work|hash' })).toEqual(['root 8', '  main 8', '    mix 5', '    idle 1']);
    expect(await tree(p, { focus: 'hash', noInlines: true })).toEqual([
      'root 5',
      '  main 5',
      '    work 5',
      '      hash 5',
    ]);
    expect(await tree(p, { showFrom: 'hash' })).toEqual(['root 5', '  hash 5', '    mix 5']);
    expect(await tree(p, { focus: 'nothing of the kind' })).toEqual(['root 0']);
  });

  it('keeps ids over parts, and the function of each line', async () => {
    const [whole, part, byLine] = (await Promise.all(
      [undefined, { hide: 'main' }, { granularity: 'lines' as const }].map((x) =>
        p.flame({ ...query, zoom: [], minShare: 0, ownModules: [], part: x }),
      ),
    )) as [FlameTree, FlameTree, FlameTree];
    const id = (t: FlameTree, name: string) => t.frames.find((f) => f.name === name);
    expect(id(part, 'work')?.id).toBe(id(whole, 'work')?.id);
    expect(id(byLine, 'work')?.fn).toBe(id(whole, 'work')?.id);
    expect(id(byLine, 'work')).toMatchObject({ file: '/src/work.go', line: 12 });
  });

  it('names what cannot be read', async () => {
    await expect(p.top({ ...query, part: { hide: '(' } })).rejects.toMatchObject({
      code: 'profile.pattern',
      message: expect.stringContaining('hide: (') as string,
    });
  });

  it('counts packages', async () => {
    const packages = openProfile(
      profile({
        stacks: [
          ['example.com/a.F;example.com/a.G;example.com/b/c.(*T).M', 3],
          ['example.com/a.F', 1],
          ['type:.eq.x', 2],
        ],
      }),
    );
    expect(
      rowsOf(await packages.top({ ...query, part: { granularity: 'packages' } })).map((r) => [r.name, r.flat, r.cum]),
    ).toEqual([
      ['example.com/b/c', 3, 3],
      ['type:.eq.x', 2, 2],
      ['example.com/a', 1, 4],
    ]);
  });
});

describe('sandwich', () => {
  const p = openProfile(
    profile({
      stacks: [
        ['main;a;f;x', 4],
        ['main;b;f', 3],
        ['main;f;f;y', 2],
        ['main;b', 9],
      ],
    }),
  );

  it('has callers turned round and callees, both of the outermost frame', async () => {
    const whole = await p.flame({ ...query, zoom: [], minShare: 0, ownModules: [] });
    const { callers, callees } = await p.sandwich({
      ...query,
      id: whole.frames.find((f) => f.name === 'f')?.id ?? -1,
      minShare: 0,
    });
    expect(lines(callers)).toEqual(['f 9', '  a 4', '    main 4', '  b 3', '    main 3', '  main 2']);
    expect(lines(callees)).toEqual(['f 9', '  x 4', '  f 2', '    y 2']);
    expect(callees.self[0]).toBe(3);
    expect(callers.grandTotal).toBe(18);
  });
});

describe('lines', () => {
  it('are counted by function and by line, inlined ones too', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['main;work;hash|mix', 5],
          ['main;work;work', 2],
        ],
      }),
    );
    const t = await p.lines(query);
    const rows = Array.from(t.line, (line, i) => [
      t.files[t.file[i] ?? 0],
      t.names[t.name[i] ?? 0],
      line,
      t.flat[i],
      t.cum[i],
      t.inlined[i],
    ]);
    expect(rows).toEqual([
      ['/src/hash.go', 'hash', 14, 0, 5, 0],
      ['/src/main.go', 'main', 11, 0, 7, 0],
      ['/src/mix.go', 'mix', 13, 5, 5, 1],
      ['/src/work.go', 'work', 12, 2, 7, 0],
    ]);
    expect(Array.from(t.byLine.cum)).toEqual([5, 7, 5, 7]);
    const one = await p.lines({ ...query, file: '/src/work.go' });
    expect([one.files, [...one.cum], [...one.byLine.flat]]).toEqual([['/src/work.go'], [7], [2]]);
  });
});

describe('folded stacks', () => {
  it('are one line each, root first', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['main;work;hash|mix', 5],
          ['main;work', 2],
          ['main;work', 1],
          ['main;idle', 0],
        ],
      }),
    );
    expect(new TextDecoder().decode(await p.folded(query))).toBe('main;work;hash;mix 5\nmain;work 3\n');
  });
});

describe('several files as one', () => {
  const before = profile({
    stacks: [
      ['main;work', 10],
      ['main;gone', 4],
      ['main;same', 5],
    ],
  });
  const after = profile({
    stacks: [
      ['main;work', 25],
      ['main;new', 1],
      ['main;same', 5],
    ],
  });
  const opened = (combine: Parameters<typeof openProfile>[1]) => openProfile([after, before], combine);

  it('add up', async () => {
    expect(await tree(opened({ maxBytes: 1e6 }))).toEqual([
      'root 50',
      '  main 50',
      '    work 35',
      '    same 10',
      '    gone 4',
      '    new 1',
    ]);
  });

  it('tell before, after and change, as wide as both', async () => {
    const p = opened({ maxBytes: 1e6, combine: { sources: 1 } });
    const t = await p.flame({ ...query, zoom: [], minShare: 0, ownModules: [] });
    expect(lines(t)).toEqual(['root 12', '  main 12', '    work 15', '    same 0', '    gone -4', '    new 1']);
    expect([...(t.change?.before ?? [])]).toEqual([19, 19, 10, 5, 4, 0]);
    expect([...(t.change?.after ?? [])]).toEqual([31, 31, 25, 5, 0, 1]);
    expect([...(t.width ?? [])]).toEqual([50, 50, 35, 10, 4, 1]);
    expect([...t.start]).toEqual([0, 0, 0, 35, 45, 49]);
    expect(t.grandTotal).toBe(20);
    const top = await p.top(query);
    expect(
      top.names.map((name, i) => [name, top.flat[i], top.change?.flat.before[i], top.change?.flat.after[i]]),
    ).toEqual([
      ['work', 15, 10, 25],
      ['gone', -4, 4, 0],
      ['new', 1, 0, 1],
      ['main', 0, 0, 0],
      ['same', 0, 5, 5],
    ]);
    expect(p.summary.combined).toEqual({ sources: 1, bases: 1, ofBase: false, normalize: 'none' });
    expect((await opened({ maxBytes: 1e6, combine: { sources: 1, ofBase: true } }).top(query)).total).toBe(19);
  });

  it('per second want to know how long each took', () => {
    expect(() => opened({ maxBytes: 1e6, combine: { sources: 1, normalize: 'duration' } })).toThrow(
      expect.objectContaining({
        code: 'profile.combine',
        message: expect.stringContaining('how long') as string,
      }) as Error,
    );
  });

  it('refuse what counts other things', () => {
    expect(() => openProfile([after, profile({ stacks: [['a', 1]], types: [['inuse_space', 'bytes']] })])).toThrow(
      expect.objectContaining({ message: 'These profiles count different things: cpu / inuse_space.' }) as Error,
    );
  });
});
