import * as fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Function as Fn, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CaptureStore } from '../../../src/captures/store';
import { takeCapture, type CaptureProgress, type TakeRequest } from '../../../src/captures/take';
import type { Capture, PprofKind } from '../../../src/captures/types';
import { openProfile } from '../../../src/profile/open';
import { PATIENCE, until } from '../../lib/until';

/** As net/http/pprof of Go 1.26 writes it where nothing was sampled. */
function emptyProfile(): Buffer {
  const stringTable = new StringTable();
  const s = (text: string): number => stringTable.dedup(text);
  return gzipSync(
    new Profile({
      sampleType: [
        new ValueType({ type: s('contentions'), unit: s('count') }),
        new ValueType({ type: s('delay'), unit: s('nanoseconds') }),
      ],
      stringTable,
    }).encode(),
  );
}

/** Headers of `debug=1` as Go 1.26 writes them. */
const MUTEX_OFF = '--- mutex:\ncycles/second=2096030156\nsampling period=0\n';
const MUTEX_ON = '--- mutex:\ncycles/second=2096030156\nsampling period=10\n';
const BLOCK_NONE = '--- contention:\ncycles/second=2096030156\n';
const BLOCK_SOME = `${BLOCK_NONE}186290 5 @ 0x40d5a5 0x671977\n#\t0x671976\tmain.main.func2+0x16\t/app/main.go:31\n`;

function cpuProfile(): Buffer {
  const stringTable = new StringTable();
  const s = (text: string): number => stringTable.dedup(text);
  return gzipSync(
    new Profile({
      sampleType: [
        new ValueType({ type: s('samples'), unit: s('count') }),
        new ValueType({ type: s('cpu'), unit: s('nanoseconds') }),
      ],
      sample: [new Sample({ locationId: [1], value: [2, 20_000_000] })],
      location: [new Location({ id: 1, line: [new Line({ functionId: 1, line: 3 })] })],
      function: [new Fn({ id: 1, name: s('main.busy'), filename: s('/app/main.go') })],
      stringTable,
    }).encode(),
  );
}

const DEBUG1 =
  'goroutine profile: total 1\n1 @ 0x1 0x2\n# labels: {"controller":"widgets"}\n#\t0x1\tmain.main+0x1\t/app/main.go:3\n';
const DEBUG2 = 'goroutine 1 [chan receive, 2 minutes]:\nmain.main()\n\t/app/main.go:3 +0x1\n';

type Handler = (req: http.IncomingMessage, res: http.ServerResponse) => void;
let handler: Handler;
let asked: string[];
let open: Set<http.ServerResponse>;
let server: http.Server;
let dir: string;
let store: CaptureStore;
let port: number;

beforeEach(async () => {
  asked = [];
  open = new Set();
  server = http.createServer((req, res) => {
    asked.push(req.url ?? '');
    open.add(res);
    res.on('close', () => {
      open.delete(res);
    });
    handler(req, res);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'take-'));
  store = new CaptureStore(path.join(dir, 'captures'));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await fs.rm(dir, { recursive: true, force: true });
});

function request(kind: PprofKind, over: Partial<TakeRequest> = {}): TakeRequest {
  const label = `http://127.0.0.1:${port}`;
  return {
    target: { label, scheme: 'http', host: '127.0.0.1', port, anyCertificate: false },
    basePath: '/debug/pprof/',
    kind,
    seconds: kind === 'cpu' ? 1 : 0,
    idleTimeoutMs: PATIENCE,
    open: openProfile,
    store,
    info: {
      version: 1,
      name: 'n',
      kind,
      at: Date.now(),
      seconds: 1,
      context: '',
      namespace: '',
      workload: '',
      pod: '',
      url: label,
      leader: false,
      image: '',
    },
    ...over,
  };
}

const answer =
  (body: Buffer | string, status = 200): Handler =>
  (_req, res) => {
    res.writeHead(status, { 'Content-Type': 'application/octet-stream' });
    res.end(body);
  };
const saved = async (): Promise<readonly string[]> => fs.readdir(path.join(dir, 'captures')).catch(() => []);

describe('takeCapture', () => {
  it('hands over the profile that the check has read, and closes it otherwise', async () => {
    handler = answer(cpuProfile());
    const opened: { closed: boolean }[] = [];
    const spied: TakeRequest['open'] = (bytes, options) => {
      const profile = openProfile(bytes, options);
      const entry = { closed: false };
      opened.push(entry);
      const dispose = profile.dispose.bind(profile);
      return Object.assign(profile, {
        dispose: () => {
          entry.closed = true;
          dispose();
        },
      });
    };
    const kept: { readonly file: string; readonly samples: number }[] = [];
    const { file } = await takeCapture(
      request('cpu', {
        open: spied,
        keep: (name, profile) => kept.push({ file: name, samples: profile.summary.samples }),
      }),
    );
    expect(kept).toEqual([{ file, samples: 1 }]);
    expect(opened).toEqual([{ closed: false }]);

    await takeCapture(request('cpu', { open: spied }));
    expect(opened).toEqual([{ closed: false }, { closed: true }]);

    await fs.writeFile(path.join(dir, 'notADirectory'), '');
    const nowhere = new CaptureStore(path.join(dir, 'notADirectory', 'captures'));
    const failing = takeCapture(request('cpu', { open: spied, store: nowhere, keep: () => kept.push() }));
    await expect(failing).rejects.toMatchObject({ code: 'captures.write' });
    expect(opened.map((o) => o.closed)).toEqual([false, true, true]);
    expect(kept).toHaveLength(1);
  });

  it('saves a CPU profile as it came, and counts down meanwhile', async () => {
    const body = cpuProfile();
    handler = () => undefined;
    const told: CaptureProgress[] = [];
    // Time goes by when it is told to: silence counts from the end of the capture on.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    let capture: Capture;
    try {
      const taking = takeCapture(
        request('cpu', {
          seconds: 3,
          onProgress: (p) => {
            told.push(p);
          },
          idleTimeoutMs: 300,
        }),
      );
      await until(() => open.size === 1);
      for (let half = 0; half < 6; half++) vi.advanceTimersByTime(500);
      for (const res of open) res.end(body);
      capture = await taking;
    } finally {
      vi.useRealTimers();
    }
    expect(asked).toEqual(['/debug/pprof/profile?seconds=3']);
    expect(await fs.readFile(capture.file)).toEqual(body);
    expect(told[0]).toEqual({ phase: 'recording', secondsLeft: 3, bytes: 0 });
    expect(new Set(told.filter((p) => p.phase === 'recording').map((p) => p.secondsLeft))).toEqual(new Set([3, 2, 1]));
    expect(told.at(-1)).toEqual({ phase: 'saving', secondsLeft: 0, bytes: body.length });
    expect(openProfile(await fs.readFile(capture.file)).summary.samples).toBe(1);
  });

  it('puts both goroutine texts in one file, which opens with labels and states', async () => {
    handler = (req, res) => {
      res.end(req.url?.endsWith('debug=1') === true ? DEBUG1 : DEBUG2);
    };
    const { file } = await takeCapture(request('goroutine'));
    expect(asked).toEqual(['/debug/pprof/goroutine?debug=1', '/debug/pprof/goroutine?debug=2']);
    expect(await fs.readFile(file, 'utf8')).toBe(`${DEBUG1}\n${DEBUG2}`);
    const dump = await openProfile(await fs.readFile(file)).goroutines();
    expect(dump).toMatchObject({
      total: 1,
      groups: [{ count: 1, state: 'chan receive', minutes: 2, labels: { controller: 'widgets' } }],
    });
  });

  it.each([
    ['heap', 0, '/debug/pprof/heap'],
    ['mutex', 2, '/debug/pprof/mutex?seconds=2'],
    ['threadcreate', 0, '/debug/pprof/threadcreate'],
    ['goroutine', 2, '/debug/pprof/goroutine?seconds=2'],
    ['goroutineleak', 0, '/debug/pprof/goroutineleak'],
    ['custom:example.com/shop.open <carts>', 0, '/debug/pprof/example.com/shop.open%20%3Ccarts%3E'],
  ] as const)('asks for %s', async (kind, seconds, url) => {
    handler = answer(cpuProfile());
    await takeCapture(request(kind, { seconds }));
    expect(asked).toEqual([url]);
  });

  it.each<[string, PprofKind, Handler, string, RegExp]>([
    ['nothing', 'cpu', answer(''), 'captures.empty', /nothing was saved/],
    ['a web page', 'cpu', answer('<!DOCTYPE html><html>sign in</html>'), 'target.html', /Choose another port/],
    ['a truncated gzip', 'heap', answer(cpuProfile().subarray(0, 60)), 'profile.truncated', /nothing was saved/],
    ['text', 'heap', answer('hello there, this is not a profile\n'), 'profile.notProfile', /nothing was saved/],
    ['no goroutines', 'goroutine', answer('hello there\n'), 'captures.notGoroutines', /nothing was saved/],
    [
      'a second CPU profile',
      'cpu',
      answer('Could not enable CPU profiling: cpu profiling already in use\n', 500),
      'target.cpuInUse',
      /Wait until/,
    ],
    ['no pprof', 'cpu', answer('404 page not found\n', 404), 'captures.noPprof', /PprofBindAddress/],
    ['an unknown kind', 'block', answer('Unknown profile\n', 404), 'captures.noKind', /Choose another kind/],
    [
      'a WriteTimeout that is too short',
      'cpu',
      answer("profile duration exceeds server's WriteTimeout\n", 400),
      'captures.tooLong',
      /fewer seconds/,
    ],
    [
      'a delta of what has none',
      'custom:mine',
      answer('"seconds" parameter is not supported for this profile type\n', 400),
      'captures.noDelta',
      /as it is now/,
    ],
    [
      'a second trace',
      'trace',
      answer('Could not enable tracing: tracing is already enabled\n', 500),
      'captures.traceInUse',
      /Wait until/,
    ],
    ['a trace that is none', 'trace', answer('hello there\n'), 'captures.notTrace', /nothing was saved/],
    ['no right', 'cpu', answer('Forbidden', 403), 'target.forbidden', /does not let this account read/],
    [
      'a connection that drops',
      'cpu',
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': '1000' });
        res.write('x');
        setTimeout(() => {
          res.destroy();
        }, 20);
      },
      'target.dropped',
      /./,
    ],
    ['silence', 'heap', () => undefined, 'target.timeout', /./],
  ])('refuses %s and saves nothing', async (_title, kind, handle, code, sentence) => {
    handler = handle;
    const error: unknown = await takeCapture(
      request(kind, code === 'target.timeout' ? { idleTimeoutMs: 200 } : {}),
    ).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code });
    expect((error as { sentence: string }).sentence).toMatch(sentence);
    expect(await saved()).toEqual([]);
  });

  it('saves an execution trace as it came, and counts down while it comes in', async () => {
    const body = Buffer.concat([Buffer.from('go 1.26 trace\0\0\0'), Buffer.alloc(100, 7)]);
    const told: CaptureProgress[] = [];
    handler = (_req, res) => {
      res.write(body.subarray(0, 50));
    };
    const taking = takeCapture(
      request('trace', {
        seconds: 600,
        onProgress: (p) => {
          told.push(p);
        },
      }),
    );
    await until(() => told.at(-1)?.bytes === 50);
    for (const res of open) res.end(body.subarray(50));
    const { file } = await taking;
    expect(asked).toEqual(['/debug/pprof/trace?seconds=600']);
    expect(path.basename(file)).toMatch(/\.trace\.[\dT-]+\.trace$/);
    expect(await fs.readFile(file)).toEqual(body);
    expect(told.filter((p) => p.bytes === 50)).toContainEqual({
      phase: 'recording',
      secondsLeft: expect.any(Number) as number,
      bytes: 50,
    });
  });

  it.each<[string, PprofKind, number, string, string, RegExp]>([
    [
      'mutex profiling is off',
      'mutex',
      0,
      MUTEX_OFF,
      'captures.off',
      /^Mutex profiling is off in .*SetMutexProfileFraction\(10\) at the start of main/,
    ],
    [
      'mutex profiling is on and nothing was contended',
      'mutex',
      2,
      MUTEX_ON,
      'captures.nothingSampled',
      /one contention of 10, and no lock was contended within 2 seconds/,
    ],
    [
      'block profiling may be off',
      'block',
      0,
      BLOCK_NONE,
      'captures.off',
      /it is off, as Go has it by default, or nothing was blocked.*SetBlockProfileRate\(10_000\).*--contention-profiling/,
    ],
    [
      'nothing was blocked within the time',
      'block',
      2,
      BLOCK_SOME,
      'captures.nothingSampled',
      /nothing was blocked within 2 seconds/,
    ],
  ])('says that %s, and saves no empty file', async (_title, kind, seconds, text, code, sentence) => {
    handler = (req, res) => {
      res.end(req.url?.includes('debug=1') === true ? text : emptyProfile());
    };
    const error = (await takeCapture(request(kind, { seconds })).then(
      () => undefined,
      (e: unknown) => e,
    )) as { code: string; sentence: string };
    expect(error.code).toBe(code);
    expect(error.sentence).toMatch(sentence);
    expect(await saved()).toEqual([]);
  });

  it('keeps an empty profile of a kind that Go always records', async () => {
    handler = answer(emptyProfile());
    await takeCapture(request('custom:example.com/shop.carts'));
    expect((await saved()).length).toBe(2);
  });

  it('refuses a body that unpacks beyond the limit', async () => {
    handler = answer(gzipSync(Buffer.alloc(8 << 20)));
    await expect(takeCapture(request('heap', { maxBytes: 1 << 20 }))).rejects.toMatchObject({
      code: expect.stringMatching(/^profile\./) as string,
    });
    expect(await saved()).toEqual([]);
  });

  it('ends the request at once when cancelled', async () => {
    const stop = new AbortController();
    handler = () => {
      stop.abort();
    };
    await expect(takeCapture(request('cpu', { seconds: 30, signal: stop.signal }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect.poll(() => open.size).toBe(0);
    expect(await saved()).toEqual([]);
  });
});
