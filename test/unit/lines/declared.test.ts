import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGo } from '../../../src/lines/declared';

const keys = (text: string): string[] => readGo(text).functions.map((f) => `${f.key} ${f.line}-${f.end}`);

describe('readGo', () => {
  it('finds functions and methods of a real file', () => {
    const text = readFileSync(path.join(__dirname, '../../fixtures/make/busy/busy.go'), 'utf8');
    const { name, functions } = readGo(text);
    const lines = text.split('\n');
    expect(name).toBe('busy');
    expect(functions.map((f) => f.key)).toEqual(
      lines
        .flatMap((l) => /^func (?:\(\w+ \*?(\w+).*?\) )?(\w+)/.exec(l) ?? [])
        .filter((_, i) => i % 3 === 0)
        .map((l) =>
          l.replace(/^func (?:\(\w+ \*?(\w+)[^)]*\) )?(\w+).*/, (_, t?: string, n?: string) =>
            t === undefined ? (n ?? '') : `${t}.${n}`,
          ),
        ),
    );
    for (const f of functions) {
      expect(lines[f.line - 1]).toMatch(/^func /);
      expect(lines[f.end - 1]).toMatch(/^\}$|^func .*\}$/);
      expect(text.slice(f.at).startsWith(f.key.split('.').at(-1) ?? '?')).toBe(true);
    }
  });

  it('is not misled by brackets in strings, runes and comments', () => {
    expect(
      keys(
        'package p\n\n// func no() {\nfunc a() { s := "}{" + `\nfunc b() {\n` + string(\'{\') /* } */\n}\n\nfunc c() {}\n',
      ),
    ).toEqual(['a 4-7', 'c 9-9']);
  });

  it('knows signatures of several lines, literal types in them, and functions without a body', () => {
    expect(
      keys(
        'package p\nfunc a(x interface{ F() },\n\ty struct{ z int },\n) (map[string]struct{}, interface{}) {\n}\nfunc asm(x int) int\nfunc (l *List[K, V]) b() struct{} { return struct{}{} }\n',
      ),
    ).toEqual(['a 2-5', 'asm 6-6', 'List.b 7-7']);
  });

  it('takes literals and types for no declaration', () => {
    expect(
      keys(
        'package p\ntype F func(int) error\nvar f = func(x int) int {\n\treturn x\n}\nvar g =\nfunc(x int) (y int) { return }\nfunc (T) m() { func() {}() }\n',
      ),
    ).toEqual(['T.m 8-8']);
  });

  it('goes on after a bracket that is never closed', () => {
    expect(keys('package p\nfunc a() {\n\tif x {\n\nfunc b() {\n}\nfunc (r *R) c(')).toEqual([
      'a 2-5',
      'b 5-6',
      'R.c 7-7',
    ]);
  });

  it('reads what is no Go, and long texts, in one pass', () => {
    expect(readGo('').functions).toEqual([]);
    expect(readGo('"`\'/*').name).toBe('');
    expect(readGo(`package p\n${'func a() { x := []int{1, 2} // {\n}\n'.repeat(20_000)}`).functions).toHaveLength(
      20_000,
    );
  });
});
