import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rulesFile } from '../../src/metrics/export';
import { binaries } from './promqlServer';

/** As the test cluster builds it, beside Prometheus. */
let promtool = '';
beforeAll(async () => {
  ({ promtool } = await binaries());
});
const dir = mkdtempSync(join(tmpdir(), 'tuner-rules-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe("alerts, by Prometheus' own check", () => {
  it.each([
    [
      'a controller',
      {
        title: 'samples/widgets',
        controller: 'widget',
        target: { job: 'samples', namespace: 'default' },
        lease: 'widgets.example.com',
      },
    ],
    [
      'names that need quotes',
      { title: 'a "b": {c}', controller: 'w"\\i\nd', target: { job: "it's: #1", namespace: 'x' } },
    ],
    ['a whole process of which nothing is known', { title: 'x', target: {} }],
  ])('takes the rules of %s', (_what, facts) => {
    const file = join(dir, 'rules.yaml');
    writeFileSync(file, rulesFile(facts));
    expect(execFileSync(promtool, ['check', 'rules', '--lint-fatal', file], { encoding: 'utf8' })).toMatch(
      /SUCCESS: 7 rules found/,
    );
  });
});
