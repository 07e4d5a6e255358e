import { describe, expect, it } from 'vitest';
import { fileOf, findingsOf, grammar, memoryFiles, moduleWith, packageOf } from './harness';

describe("the tests' own helpers", () => {
  it('read a file and a package', () => {
    expect(fileOf('package a\n\nimport "k8s.io/client-go/rest"\n').nameFor('k8s.io/client-go/rest')).toBe('rest');
    expect(
      [...packageOf({ 'a.go': 'package a\n\nfunc f() {}\n', 'b.go': 'package a\n\nfunc g() {}\n' }).funcs].map(
        (f) => f.func.name,
      ),
    ).toEqual(['f', 'g']);
    expect(grammar().accepts('package a\nfunc {')).toBe(false);
  });

  it('make a module by versions', () => {
    expect(moduleWith({ controllerRuntime: 'v0.20.4' }).facts.getConfig?.value).toEqual({ qps: 20, burst: 30 });
    expect(moduleWith({ controllerRuntime: 'v0.21.0' }).facts.getConfig?.value).toEqual({ qps: -1, burst: undefined });
    expect(moduleWith({ clientGo: null }).facts.clientGo).toBeUndefined();
  });

  it('list folders in memory', async () => {
    const files = memoryFiles({ '/m/go.mod': 'module a\n', '/m/pkg/a.go': 'package a\n' });
    expect(await files.list('/m')).toEqual(['go.mod', 'pkg/']);
  });

  it('refuse a fix that breaks the file', () => {
    const rule = {
      id: 'x',
      title: 'X',
      explains: 'x',
      check: () => [
        {
          rule: 'x',
          severity: 'hint' as const,
          message: 'm',
          start: 0,
          end: 7,
          fixes: [{ id: 'a', title: 'A', edits: [{ start: 0, end: 0, text: 'func {' }] }],
        },
      ],
    };
    expect(() => findingsOf(rule, { 'a.go': 'package a\n\nimport _ "k8s.io/client-go/rest"\n' })).toThrow(
      /does not parse/,
    );
  });
});
