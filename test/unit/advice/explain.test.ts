import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import { ruleTexts } from '../../../src/inspect/advice';
import { listed, rules } from '../../../src/advice/explain';

const README = path.resolve(import.meta.dirname, '../../../README.md');

describe("the rules' own texts", () => {
  it("are the README's section: npm run -s inspect -- rules prints it", () => {
    expect(readFileSync(README, 'utf8')).toContain(
      `<details><summary>All rules</summary>\n\n${listed()}\n\n</details>`,
    );
  });

  it.each(rules())('$id has a title and begins with whole sentences', ({ id, title, explains }) => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^\p{L}.*[^.]$/u);
    expect(explains.split('\n\n', 1)[0]).toMatch(/[.!]$/);
    expect(explains.split('\n\n', 1)[0]).not.toContain('\n');
  });

  it('are printed, one or all, and a wrong name tells the right ones', () => {
    expect(ruleTexts({ job: 'rules', rule: undefined })).toBe(listed());
    expect(ruleTexts({ job: 'rules', rule: 'client-limit' })).toMatch(/^# Client-side limit\n\nA Kubernetes client/);
    expect(() => ruleTexts({ job: 'rules', rule: 'limit' })).toThrow('There is no rule "limit".');
    expect(parse(['rules'])).toEqual({ job: 'rules', rule: undefined });
    expect(parse(['rules', 'pprof'])).toEqual({ job: 'rules', rule: 'pprof' });
    expect(() => parse(['rules', 'a', 'b'])).toThrow('one rule at a time');
    expect(() => parse(['rules', '--json'])).toThrow('does not take --json');
  });
});
