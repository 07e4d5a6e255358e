import { describe, expect, it } from 'vitest';
import { moduleOfVersions } from '../../../src/advice/modules/index';
import { RECONCILE_RULES } from '../../../src/advice/rules/reconcile/index';
import { position } from '../../../src/advice/text';
import { casesOf, type Case } from './cases';
import { findingsOf, grammar, type Checked } from './harness';

const cases = casesOf('reconcile');

/** Each finding on a line of its own, as the case would want it. */
function found(c: Case): (Checked & { line: number })[] {
  const module = moduleOfVersions({
    ...(c.runtime === undefined ? {} : { 'sigs.k8s.io/controller-runtime': c.runtime }),
    'k8s.io/client-go': c.client ?? 'v0.37.0',
  });
  return RECONCILE_RULES.filter((r) => c.rules?.includes(r.id) ?? true)
    .flatMap((r) => findingsOf(r, c.texts, module))
    .map((f) => ({ ...f, line: position(c.texts[f.in] ?? '', f.start).line }));
}

describe('rules about workers, queues, caches and Reconcile', () => {
  it('has cases of every rule, found and not found', () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const rule of RECONCILE_RULES) {
      expect(
        cases.filter((c) => c.wants.some((w) => w.rule === rule.id)).length,
        `cases that find ${rule.id}`,
      ).toBeGreaterThan(1);
      expect(
        cases.filter((c) => c.rules?.includes(rule.id) === true && c.wants.every((w) => w.rule !== rule.id)).length,
        `cases without ${rule.id}`,
      ).toBeGreaterThan(1);
    }
  });

  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    for (const text of Object.values(c.texts)) expect(grammar().accepts(text), text).toBe(true);
    const got = found(c);
    const shown = (f: { in?: string; file?: string; line: number; rule: string }): string =>
      `${f.in ?? f.file}:${f.line} ${f.rule}`;
    expect(
      got.map((f) => `${shown(f)}`).sort(),
      got.map((f) => `${shown(f)}[${f.fixes.map((x) => x.id).join(', ')}]: ${f.message}`).join('\n'),
    ).toEqual(c.wants.map(shown).sort());
    for (const want of c.wants) {
      const f = got.find(
        (g) => g.in === want.file && g.line === want.line && g.rule === want.rule && g.message.includes(want.message),
      );
      expect(f?.message ?? got.filter((g) => g.rule === want.rule).map((g) => g.message), shown(want)).toContain(
        want.message,
      );
      if (want.fixes !== undefined)
        expect(
          f?.fixes.map((x) => x.id),
          shown(want),
        ).toEqual(want.fixes);
    }
    for (const { fix, text } of c.after) {
      const results = got.flatMap((g) =>
        Object.entries(g.fixed)
          .filter(([id]) => id === fix)
          .flatMap(([, texts]) => Object.values(texts)),
      );
      expect(
        results.some((t) => t.includes(text)),
        `${fix} is to leave ${JSON.stringify(text)} in\n${results.join('\n----\n')}`,
      ).toBe(true);
    }
  });
});

it('tells what each rule is about', () => {
  for (const rule of RECONCILE_RULES) {
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.explains.length, rule.id).toBeGreaterThan(150);
    expect(rule.title.endsWith('.'), rule.id).toBe(false);
  }
  expect(new Set(RECONCILE_RULES.map((r) => r.id)).size).toBe(RECONCILE_RULES.length);
});
