/** What is claimed to be the limit of a client is what the compiled program reports, in every shape and version. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from './lib/api';
import { claimsOf } from './lib/claims';
import { Programs } from './lib/effective';
import { SLOWNESS } from '../lib/until';
import { missing, VERSIONS, Workspace } from './lib/workspace';
import { SHAPES, usesControllerRuntime } from './shapes';

/** ms: nothing of the version is in Go's cache, on two slow cores. */
const COLD = 900_000 * SLOWNESS;

describe.skipIf(missing !== undefined).each(VERSIONS)('clients of a program at $name', (version) => {
  const shapes = SHAPES.filter((s) => version.minor !== undefined || !usesControllerRuntime(s));
  const workspace = new Workspace(version, 'effective');
  const programs = new Programs(workspace, shapes);
  const table: string[] = [];
  let api: Api;

  beforeAll(async () => {
    api = await startApi();
    await programs.build();
  }, COLD);
  afterAll(async () => {
    writeTable(version.name, table);
    workspace.remove();
    await api.close();
  });

  it.each(shapes)('$name', async (shape) => {
    const { told, ran } = await programs.run(shape, api);
    const calls = programs.calls(shape.name);
    expect(new Set(told.map((t) => t.call)).size, `${ran.stdout}${ran.stderr}`).toBe(calls.length);
    const claims = await claimsOf(workspace, shape.name, shape.files);
    for (const client of told) {
      const call = calls[client.call];
      if (call === undefined) throw new Error(`call ${client.call} is not known`);
      const claim = claims.find((c) => c.file === call.file && c.start === call.start && c.end === call.end);
      const really = client.error === undefined ? { qps: client.qps, burst: client.burst } : { error: client.error };
      table.push(
        `| ${shape.name} | ${call.text.replaceAll(/\s+/g, ' ')} | ${client.error ?? `${client.qps} / ${client.burst}`} | ${claim === undefined ? '' : `${claim.qps} / ${claim.burst}: ${claim.because}`} |`,
      );
      if (claim === undefined) throw new Error(`Nothing is said of ${call.text}. Said: ${JSON.stringify(claims)}`);
      const where = `${call.text}: ${JSON.stringify(really)}, claimed ${JSON.stringify(claim)}`;
      if (shape.refuses !== undefined) expect(client.error, where).toMatch(shape.refuses);
      // Which of them are refused depends on the version; then no number is right, and the sentence has to tell it.
      expect(claim.refused === true, where).toBe(client.error !== undefined);
      if (client.error !== undefined) {
        expect(claim.because, where).toMatch(/returns an error/);
        continue;
      }
      if (shape.unknown === true) {
        expect(claim.qps, where).toBeUndefined();
        continue;
      }
      if (client.qps < 0) {
        expect(claim.qps, where).toBeLessThan(0);
        continue;
      }
      expect(claim.qps, where).toBeCloseTo(client.qps, 4);
      expect(claim.burst, where).toBe(client.burst);
    }
  });
});

/** For people: what each program told beside what was claimed. */
function writeTable(version: string, rows: readonly string[]): void {
  const dir = path.resolve(import.meta.dirname, '../../test-results/source');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(
    path.join(dir, `effective-${version}.md`),
    `| shape | call | the program | claimed |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
  );
}
