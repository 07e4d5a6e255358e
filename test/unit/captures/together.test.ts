import * as fs from 'node:fs/promises';
import type http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaptureStore } from '../../../src/captures/store';
import { takeCapture } from '../../../src/captures/take';
import { after, progressText, takeTogether, type Part, type TogetherProgress } from '../../../src/captures/together';
import { openProfile } from '../../../src/profile/open';
import { PATIENCE } from '../../lib/until';
import { openSockets, serveHttp, target } from '../target/servers';

const DUMP =
  'goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tmain.main+0x1\t/app/main.go:3\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n';

let dir: string;
let store: CaptureStore;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'together-'));
  store = new CaptureStore(path.join(dir, 'captures'));
});
afterEach(async () => {
  store.dispose();
  await fs.rm(dir, { recursive: true, force: true });
});

const files = async (): Promise<readonly string[]> =>
  (await fs.readdir(path.join(dir, 'captures')).catch(() => [])).filter((f) => !f.endsWith('.json'));

/** The goroutines of a process of its own, as a replica of a workload has. */
async function replica(
  pod: string,
  handler: (req: http.IncomingMessage, res: http.ServerResponse) => void,
): Promise<Part> {
  const port = await serveHttp(handler);
  return {
    label: pod,
    take: (signal, onProgress) =>
      takeCapture({
        target: target(port),
        basePath: '/debug/pprof/',
        kind: 'goroutine',
        seconds: 0,
        idleTimeoutMs: PATIENCE,
        open: openProfile,
        store,
        signal,
        onProgress,
        info: {
          version: 1,
          name: pod,
          kind: 'goroutine',
          at: Date.now(),
          seconds: 0,
          context: '',
          namespace: '',
          workload: 'w',
          pod,
          url: '',
          leader: false,
          image: '',
        },
      }),
  };
}
const answers = (_req: http.IncomingMessage, res: http.ServerResponse): void => {
  res.end(DUMP);
};

describe('captures taken together', () => {
  it('keep what others give when one refuses and one dies in the middle', async () => {
    const parts = [
      await replica('good-0', answers),
      await replica('refuses-1', (_req, res) => {
        res.statusCode = 500;
        res.end('out of order');
      }),
      await replica('dies-2', (_req, res) => {
        res.writeHead(200, { 'Content-Length': '1000' });
        res.write('goroutine 1 ');
        setTimeout(() => {
          res.destroy();
        }, 20);
      }),
      await replica('good-3', answers),
    ];
    const told: TogetherProgress[] = [];
    const { captures, failures, cancelled } = await takeTogether(parts, {
      signal: new AbortController().signal,
      onProgress: (p) => {
        told.push(p);
      },
    });
    expect(captures.map((c) => c.info.pod)).toEqual(['good-0', 'good-3']);
    expect(failures.map((f) => [f.part.label, f.problem.code])).toEqual([
      ['refuses-1', 'target.status'],
      ['dies-2', 'target.dropped'],
    ]);
    expect(cancelled).toBe(false);
    expect(told.at(-1)).toEqual({ done: 4, of: 4, under: [] });
    expect((await files()).length).toBe(2);
  });

  it('end all their requests when cancelled, and tell what was complete', async () => {
    const stop = new AbortController();
    let hanging = 0;
    const hangs = (): void => {
      hanging++;
    };
    const parts = [await replica('good-0', answers), await replica('hangs-1', hangs), await replica('hangs-2', hangs)];
    const taking = takeTogether(parts, { signal: stop.signal });
    await expect.poll(async () => [hanging, (await store.list()).length]).toEqual([2, 1]);
    stop.abort();
    const { captures, failures, cancelled } = await taking;
    expect([captures.map((c) => c.info.pod), failures, cancelled]).toEqual([['good-0'], [], true]);
    await expect.poll(openSockets).toBe(0);
    expect((await files()).length).toBe(1);
  });

  it('are never more at once than said', async () => {
    let now = 0;
    let most = 0;
    const slow: Part = {
      label: 'p',
      take: async () => {
        most = Math.max(most, ++now);
        await new Promise((r) => setTimeout(r, 5));
        now--;
        throw new Error('no');
      },
    };
    const { failures } = await takeTogether(
      Array.from({ length: 9 }, () => ({ ...slow })),
      { signal: new AbortController().signal, atOnce: 2 },
    );
    expect([failures.length, most]).toEqual([9, 2]);
  });
});

describe('before and after', () => {
  it('takes the second when its time has come', async () => {
    const part = await replica('p', answers);
    const phases = new Set<string>();
    const { captures } = await takeTogether([part, after(1, { ...part })], {
      signal: new AbortController().signal,
      needsAll: true,
      onProgress: (p) => {
        for (const u of p.under) phases.add(u.phase);
      },
    });
    const [a, b] = captures.map((c) => c.file);
    expect(a).not.toBe(b);
    expect(phases).toContain('waiting');
  });

  it('does not wait for the second when the first failed', async () => {
    const refuses = await replica('p', (_req, res) => {
      res.statusCode = 404;
      res.end('Unknown profile\n');
    });
    const { captures, failures, cancelled } = await takeTogether([refuses, after(600, { ...refuses })], {
      signal: new AbortController().signal,
      needsAll: true,
    });
    expect([captures, failures.map((f) => f.problem.code), cancelled]).toEqual([[], ['captures.noKind'], false]);
  });

  it('is cancelled while it waits, with the first kept', async () => {
    const stop = new AbortController();
    const part = await replica('p', answers);
    const taking = takeTogether([part, after(600, { ...part })], { signal: stop.signal, needsAll: true });
    await expect.poll(async () => (await store.list()).length).toBe(1);
    stop.abort();
    expect(await taking).toMatchObject({ captures: [{ info: { pod: 'p' } }], failures: [], cancelled: true });
  });
});

it('words how far they are', () => {
  const recording = { phase: 'recording', secondsLeft: 12, bytes: 0 } as const;
  expect(progressText({ done: 0, of: 1, under: [recording] })).toBe('12 s left');
  expect(progressText({ done: 2, of: 4, under: [recording, { phase: 'reading', secondsLeft: 0, bytes: 10 }] })).toBe(
    '12 s left, 2 of 4 done',
  );
  expect(progressText({ done: 0, of: 1, under: [{ phase: 'reading', secondsLeft: 0, bytes: 2048 }] })).toBe(
    '2 KiB received',
  );
  expect(progressText({ done: 0, of: 1, under: [{ phase: 'saving', secondsLeft: 0, bytes: 2048 }] })).toBe(
    'saving 2 KiB…',
  );
  expect(progressText({ done: 0, of: 1, under: [] })).toBe('waiting for the answer…');
});
