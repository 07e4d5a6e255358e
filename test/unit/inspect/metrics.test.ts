import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import { metrics } from '../../../src/inspect/metrics';

const fixture = (name: string): string => path.join(import.meta.dirname, '../../fixtures/metrics', name);
const job = (file: string, json = true, maxMiB = 512) => ({ job: 'metrics' as const, file, json, maxMiB });
interface Out {
  families: { name: string; type: string; help: string; unit: string; series: number; samples: number }[];
  series: number;
  samples: number;
  warnings: string[];
}
const read = async (file: string): Promise<Out> => JSON.parse(await metrics(job(file))) as Out;

let dir: string;
beforeAll(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'inspect-metrics-'));
});
afterAll(async () => {
  await fs.rm(dir, { recursive: true, force: true });
});

describe('inspect metrics', () => {
  it('is a command of its own', () => {
    expect(parse(['metrics', 'f.txt', '--json', '--max-mib', '8'])).toEqual({
      job: 'metrics',
      file: 'f.txt',
      json: true,
      maxMiB: 8,
    });
    expect(() => parse(['metrics'])).toThrow('Give a file.');
  });

  it.each(['registry.txt', 'registry.openmetrics.txt', 'registry.pb', 'floats.pb'])(
    '%s: families with what Prometheus reads in them',
    async (name) => {
      const told = JSON.parse(await fs.readFile(`${fixture(name)}.json`, 'utf8')) as {
        families: Record<string, object>;
        samples: unknown[];
      };
      const out = await read(fixture(name));
      expect(out).toMatchObject({ series: told.samples.length, samples: told.samples.length, warnings: [] });
      expect(out.families.map((f) => f.name)).toEqual(Object.keys(told.families).sort());
      expect(out.families.reduce((n, f) => n + f.samples, 0)).toBe(told.samples.length);
      for (const f of out.families) expect(f).toMatchObject(told.families[f.name] ?? { none: true });
    },
  );

  it('unpacks gzip, and says what is cut or too big', async () => {
    const packed = path.join(dir, 'packed');
    const bytes = gzipSync(await fs.readFile(fixture('registry.pb')));
    await fs.writeFile(packed, bytes);
    expect(await read(packed)).toEqual(await read(fixture('registry.pb')));
    await fs.writeFile(packed, bytes.subarray(0, 500));
    await expect(read(packed)).rejects.toMatchObject({ code: 'metrics.truncated' });
    await fs.writeFile(packed, gzipSync(Buffer.alloc(2 << 20, '# \n')));
    await expect(metrics(job(packed, true, 1))).rejects.toMatchObject({ code: 'metrics.tooBig' });
    await expect(read(path.join(dir, 'none'))).rejects.toMatchObject({ code: 'inspect.read' });
  });

  it('counts series that come twice at two times once, and shows a table to people', async () => {
    const out = await read(fixture('edge.openmetrics.txt'));
    expect(out.families.find((f) => f.name === 'edge_points')).toMatchObject({ series: 1, samples: 3 });
    const [head, , titles] = (await metrics(job(fixture('registry.pb'), false))).split('\n');
    expect(head).toMatch(/^\d+ families, 120 series, 120 samples in 8\.0\d? KiB of protobuf$/);
    expect(titles).toMatch(/^series +type +unit +family +help$/);
  });
});
