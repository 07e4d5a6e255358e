/**
 * `query` and `pipeline` from the command line: what they take; what `query` answers, and says when it can't be done.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import type { QueryJob } from '../../../src/inspect/jobs';
import { query } from '../../../src/inspect/query';

const never = new AbortController().signal;
const args = (line: string): string[] => line.split(' ').filter((s) => s !== '');

describe('arguments', () => {
  it('of query: files in their order, a spacing, a query with blanks', () => {
    expect(parse(['query', 'a.txt', 'b.txt', '--every', '500ms', '--promql', 'sum(a) by (b)', '--json'])).toEqual({
      job: 'query',
      files: ['a.txt', 'b.txt'],
      every: 0.5,
      promql: 'sum(a) by (b)',
      json: true,
      maxMiB: 512,
    });
    expect(parse(args('query a --promql up'))).toMatchObject({ every: 2, json: false });
    expect(
      [
        ['1m', 60],
        ['3', 3],
        ['0.25s', 0.25],
      ].map(([text]) => (parse(['query', 'a', '--every', String(text), '--promql', 'x']) as QueryJob).every),
    ).toEqual([60, 3, 0.25]);
  });

  it('of pipeline', () => {
    expect(parse(args('pipeline --kubeconfig k --controller ns/name --json'))).toMatchObject({
      job: 'pipeline',
      kubeconfig: 'k',
      namespace: 'ns',
      workload: 'name',
      seconds: 20,
      token: { kind: 'none' },
      json: true,
    });
    expect(parse(args('pipeline --controller ns/name --seconds 5 --service-account a/b'))).toMatchObject({
      seconds: 5,
      token: { kind: 'serviceAccount', namespace: 'a', name: 'b' },
    });
  });

  it.each([
    ['query --promql up', /at least one file/],
    ['query a', /--promql QUERY/],
    ['query a --promql', /promql/],
    ['query a --promql up --every 0', /--every takes a time/],
    ['query a --promql up --every -1s', /every/],
    ['query a --promql up --every soon', /not "soon"/],
    ['query a --promql up --seconds 3', /does not take --seconds/],
    ['query a --promql up --kubeconfig k', /does not take --kubeconfig/],
    ['pipeline', /--controller NS\/NAME/],
    ['pipeline --controller widgets', /NAMESPACE\/NAME/],
    ['pipeline --controller a/b/c', /NAMESPACE\/NAME/],
    ['pipeline x --controller a/b', /takes no "x"/],
    ['pipeline --controller a/b --seconds 4', /from 5 to 3600/],
    ['pipeline --controller a/b --seconds 1e9', /from 5 to 3600/],
    ['pipeline --controller a/b --promql up', /does not take --promql/],
    ['pipeline --controller a/b --token own --service-account c/d', /two choices/],
    ['pipeline --controller a/b --token eyJhbGci', /takes only "own"/],
  ])('refused: "%s"', (line, message) => {
    let error: unknown;
    try {
      parse(args(line));
    } catch (e) {
      error = e;
    }
    expect(error).toMatchObject({
      code: 'inspect.usage',
      message: expect.stringMatching(message) as string,
      next: expect.stringContaining('--help') as string,
    });
    expect(String(error)).not.toContain('eyJhbGci');
  });
});

describe('query', () => {
  let dir: string;
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };
  const run = (
    files: readonly string[],
    promql: string,
    more: Partial<QueryJob> = {},
  ): { readonly answer: Promise<string>; readonly told: string[] } => {
    const told: string[] = [];
    return {
      told,
      answer: query({ job: 'query', files, every: 2, promql, json: true, maxMiB: 1, ...more }, never, (line) => {
        told.push(line);
      }),
    };
  };
  const result = async (files: readonly string[], promql: string): Promise<unknown> =>
    (JSON.parse(await run(files, promql).answer) as { result: unknown }).result;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'inspect-query-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('takes each file for a scrape at its spacing, and evaluates at each', async () => {
    const files = [0, 10, 40, 5].map((v, i) =>
      file(
        `s${i}.txt`,
        `# TYPE a_total counter\na_total{x="1"} ${v}\n# TYPE g gauge\ng ${v === 10 ? 'NaN' : v === 40 ? '+Inf' : v}\n`,
      ),
    );
    expect(await result(files, 'a_total')).toEqual([
      {
        labels: { __name__: 'a_total', x: '1' },
        values: [
          [0, 0],
          [2, 10],
          [4, 40],
          [6, 5],
        ],
      },
    ]);
    // From 10 to 40, and 5 more after the counter began anew.
    expect(await result(files, 'resets(a_total[10s])')).toEqual([
      {
        labels: { x: '1' },
        values: [
          [0, 0],
          [2, 0],
          [4, 0],
          [6, 1],
        ],
      },
    ]);
    expect(
      ((await result(files, 'rate(a_total[4s]) * 4')) as { values: [number, number][] }[])[0]?.values.at(-1),
    ).toEqual([6, expect.closeTo(10, 9)]);
    expect(await result(files, 'g')).toEqual([
      {
        labels: { __name__: 'g' },
        values: [
          [0, 0],
          [2, 'NaN'],
          [4, '+Inf'],
          [6, 5],
        ],
      },
    ]);
    expect(await result(files, 'nowhere')).toEqual([]);
    expect(await run(files, 'nowhere', { json: false }).answer).toBe('No series.');
    expect((await run(files.slice(0, 1), 'a_total', { json: false }).answer).split('\n')[1]).toMatch(
      /^\s*0 +0 +\{__name__="a_total", x="1"\}$/,
    );
  });

  it('tells what a file has wrong beside the answer, and goes on', async () => {
    const { answer, told } = run([file('w.txt', 'a 1\na 2\n')], 'a');
    expect(JSON.parse(await answer)).toEqual({ result: [{ labels: { __name__: 'a' }, values: [[0, 1]] }] });
    expect(told.join()).toMatch(/w\.txt: 1 sample came twice/);
  });

  it.each<readonly [string, string, string, string]>([
    ['a web page', '<!doctype html><p>no', 'up', 'metrics.html'],
    ['nothing', '', 'up', 'metrics.empty'],
    ['half a line', 'up 1\nup{a="', 'up', 'metrics.truncated'],
    ["a query that can't be read", 'up 1\n', 'sum(up', 'metrics.promql'],
    ['a query with a range for an answer', 'up 1\n', 'up[5m]', 'metrics.promqlResult'],
    ['a file over the limit', `${'up{a="1"} 1\n'.repeat(100_000)}`, 'up', 'metrics.tooBig'],
  ])('says so for %s', async (what, text, promql, code) => {
    await expect(run([file(`${what.length}.txt`, text)], promql).answer).rejects.toMatchObject({
      code,
      next: expect.stringMatching(/./) as string,
    });
  });

  it("reads no file for a query that can't be read, and names the one that is not there", async () => {
    await expect(run(['/nowhere/a.txt'], 'sum(').answer).rejects.toMatchObject({ code: 'metrics.promql' });
    await expect(run(['/nowhere/a.txt'], 'up').answer).rejects.toMatchObject({
      code: 'inspect.read',
      message: expect.stringContaining('/nowhere/a.txt') as string,
    });
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(
      query(
        { job: 'query', files: [file('z.txt', 'up 1\n')], every: 2, promql: 'up', json: true, maxMiB: 1 },
        stop.signal,
        () => undefined,
      ),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
