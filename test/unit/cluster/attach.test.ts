import { afterEach, describe, expect, it } from 'vitest';
import * as net from 'node:net';
import { askLocal } from '../../../src/cluster/attach';
import { PATIENCE } from '../../lib/until';
import { INDEX, METRICS, serve } from './helpers';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});
async function up(paths: Readonly<Record<string, string>>): Promise<number> {
  const s = await serve(paths);
  ends.push(() => s.close());
  return s.port;
}
const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE);

describe('asking a local process', () => {
  it('finds pprof, also under a path of its own', async () => {
    const port = await up({ '/debug/pprof/': INDEX });
    expect(await askLocal(String(port), soon())).toEqual({ url: `http://127.0.0.1:${port}`, problem: undefined });
    const other = await up({ '/x/debug/pprof/': INDEX });
    expect((await askLocal(`127.0.0.1:${other}/x/debug/pprof/heap?debug=1`, soon())).problem).toBeUndefined();
  });

  it('says what stands in the way: nothing listens, or pprof is not there', async () => {
    expect((await askLocal('http://127.0.0.1:1', soon())).problem).toMatchObject({
      code: 'target.refused',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
    const port = await up({ '/metrics': METRICS });
    expect((await askLocal(String(port), soon())).problem?.code).toBe('target.notFound');
  });

  it('ends at once when it is cancelled', async () => {
    const stop = new AbortController();
    const silent = net.createServer((socket) => {
      socket
        .once('data', () => {
          stop.abort();
        })
        .on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    ends.push(() => silent.close());
    await expect(askLocal(String((silent.address() as net.AddressInfo).port), stop.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
