import { describe, expect, it } from 'vitest';
import { symbolOf } from '../../../src/lines/symbol';

describe('symbolOf', () => {
  it.each([
    ['main.main', 'main', ['main'], true],
    ['net/http.(*conn).serve', 'net/http', ['conn.serve'], true],
    ['example.com/a.(*Queue[...]).Push', 'example.com/a', ['Queue.Push'], true],
    ['example.com/a.(*Queue[go.shape.*uint8]).Push.func1', 'example.com/a', ['Queue.Push'], true],
    ['example.com/a.Sum[go.shape.struct { X map[string]b.T }]', 'example.com/a', ['Sum'], true],
    ['example.com/a.Point.Move', 'example.com/a', ['Point.Move'], true],
    // A method's closure, or that of Later inlined into Run: the name doesn't tell.
    ['example.com/a.Run.Later.func5', 'example.com/a', ['Run.Later', 'Later', 'Run'], false],
    ['example.com/a.(*T).Do.Later.func2.1', 'example.com/a', ['Do.Later', 'Later', 'T.Do'], false],
    ['example.com/a.Run.func1.2', 'example.com/a', ['Run'], true],
    ['example.com/a.Run-range1', 'example.com/a', ['Run'], true],
    ['example.com/a.Run.gowrap1', 'example.com/a', ['Run'], true],
    ['example.com/a.(*T).Do-fm', 'example.com/a', ['T.Do'], true],
    ['example.com/a.init.0', 'example.com/a', ['init'], true],
    ['example.com/a.init.func1', 'example.com/a', [], true],
    ['example.com/a.glob..func3', 'example.com/a', [], true],
    ['gopkg.in/yaml%2ev3.(*parser).parse', 'gopkg.in/yaml.v3', ['parser.parse'], true],
    ['github.com/x/y/v2.F', 'github.com/x/y/v2', ['F'], true],
    ['type:.eq.example.com/a.T', '', [], false],
    ['memmove', '', [], false],
  ])('%s', (name, pkg, declared, plain) => {
    expect(symbolOf(name)).toMatchObject({ pkg, declared, plain });
  });

  it('tells what is inside of a declared function', () => {
    expect(
      ['a.F', 'a.(*T).M', 'a.F.func1', 'a.F-range2', 'a.init.0', 'a.init.0.func1'].map((n) => symbolOf(n).inner),
    ).toEqual([false, false, true, true, false, true]);
  });
});
