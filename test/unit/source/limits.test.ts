import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMIT_RULES } from '../../../src/source/rules/limits/index';
import { CASES } from './limitCases';
import { findingsOf, moduleWith, type Checked } from './harness';
import { SHAPES } from './shapes';
mkdirSync('/tmp/s1/gofmt', { recursive: true });
let n = 0;
const look = (text: string, needs?: string): Checked[] => LIMIT_RULES.flatMap((rule) => findingsOf(rule, { 'main.go': text }, moduleWith(needs === undefined ? {} : { controllerRuntime: needs })));
describe('x', () => {
  it.each(CASES)('$name', ({ text, needs, says }) => {
    writeFileSync(`/tmp/s1/gofmt/${n++}_src.go`, text);
    const found = look(text, needs);
    for (const f of found) for (const [id, t] of Object.entries(f.fixed)) writeFileSync(`/tmp/s1/gofmt/${n++}_${f.rule}_${id}.go`, t['main.go'] ?? '');
    expect(found.map((f) => `${f.rule}: ${f.fixes.map((x) => x.id).join(',')}`)).toEqual(says);
  });
  it('dump', () => { writeFileSync('/tmp/s1/shapes.json', JSON.stringify(SHAPES.map((s) => ({ name: s.name, says: look(s.text, s.needs).map((f) => `${f.rule}: ${f.fixes.map((x) => x.id).join(',')}`) })))); });
});
