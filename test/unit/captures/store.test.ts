import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileName } from '../../../src/captures/names';
import { CaptureStore } from '../../../src/captures/store';
import type { CaptureInfo } from '../../../src/captures/types';

const info = (over: Partial<CaptureInfo> = {}): CaptureInfo => ({
  version: 1,
  name: 'CPU widgets-0',
  kind: 'cpu',
  at: new Date(2026, 10, 23, 14, 32, 5).getTime(),
  seconds: 30,
  context: 'kind',
  namespace: 'default',
  workload: 'widgets',
  pod: 'widgets-0',
  url: '',
  leader: true,
  image: 'widgets:v1',
  ...over,
});

let dir: string;
let store: CaptureStore;
beforeEach(async () => {
  dir = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'captures-')), 'captures');
  store = new CaptureStore(dir);
});
afterEach(async () => {
  store.dispose();
  await fs.rm(path.dirname(dir), { recursive: true, force: true });
});

describe('CaptureStore', () => {
  it('has nothing before the folder is there', async () => {
    expect(await store.list()).toEqual([]);
  });

  it('saves a file and its notes, and lists newest first', async () => {
    const old = await store.write(info({ at: info().at - 60_000, name: 'older' }), Buffer.from('a'));
    const recent = await store.write(info(), Buffer.from('bytes'));
    expect(path.basename(recent.file)).toBe('widgets-0.cpu.2026-11-23T14-32-05.pb.gz');
    expect(await fs.readFile(recent.file, 'utf8')).toBe('bytes');
    expect(JSON.parse(await fs.readFile(`${recent.file}.json`, 'utf8'))).toEqual(info());
    expect(await store.list()).toEqual([recent, old]);
    expect((await fs.readdir(dir)).filter((n) => n.endsWith('.tmp'))).toEqual([]);
  });

  it('sets captures of the same second apart, also when written at once', async () => {
    const made = await Promise.all(['1', '2', '3'].map((s) => store.write(info(), Buffer.from(s))));
    const contents = await Promise.all(made.map((c) => fs.readFile(c.file, 'utf8')));
    expect(new Set(made.map((c) => c.file)).size).toBe(3);
    expect(contents).toEqual(['1', '2', '3']);
  });

  it('renames in the notes only', async () => {
    const { file } = await store.write(info(), Buffer.from('x'));
    await store.rename(file, '  before the fix ');
    const [only] = await store.list();
    expect(only?.info).toEqual(info({ name: 'before the fix' }));
    expect(only?.file).toBe(file);
    await expect(store.rename(file, ' ')).rejects.toMatchObject({ code: 'captures.name' });
  });

  it('lists a file whose notes are gone or broken, with a problem, and makes new notes on rename', async () => {
    const a = await store.write(info(), Buffer.from('x'));
    const b = await store.write(info({ pod: 'red-1', kind: 'goroutine', at: info().at - 1000 }), Buffer.from('y'));
    await fs.rm(`${a.file}.json`);
    await fs.writeFile(`${b.file}.json`, '{"version":1,"name":3');
    const [first, second] = await store.list();
    expect(first).toMatchObject({
      problem: { code: 'captures.sidecar' },
      info: { kind: 'cpu', pod: 'widgets-0', at: info().at, name: 'CPU widgets-0' },
    });
    expect(second).toMatchObject({ problem: { code: 'captures.sidecar' }, info: { kind: 'goroutine', pod: 'red-1' } });
    await store.rename(a.file, 'mine');
    expect((await store.get(a.file))?.info.name).toBe('mine');
    expect((await store.get(a.file))?.problem).toBeUndefined();
  });

  it('reads what earlier versions wrote, and passes over what later ones may add', async () => {
    const { file } = await store.write(info(), Buffer.from('x'));
    const { group: _, ...before } = info();
    for (const notes of [
      before,
      { ...before, group: { id: 'g', name: 'n', kind: 'of a later version' }, later: true },
    ]) {
      await fs.writeFile(`${file}.json`, JSON.stringify(notes));
      expect(await store.get(file)).toMatchObject({ info: before, problem: undefined });
      expect((await store.get(file))?.info.group).toBeUndefined();
    }
  });

  it("tells the kind from the name where notes are gone, of a program's own profile too", async () => {
    const names = [];
    for (const kind of ['trace', 'metrics', 'custom:example.com/shop.carts', 'goroutineleak'] as const) {
      const { file } = await store.write(info({ kind, seconds: 0 }), Buffer.from('x'));
      await fs.rm(`${file}.json`);
      names.push(path.basename(file));
    }
    expect(names).toEqual([
      'widgets-0.trace.2026-11-23T14-32-05.trace',
      'widgets-0.metrics.2026-11-23T14-32-05.openmetrics.txt',
      'widgets-0.example_com_shop_carts.2026-11-23T14-32-05.pb.gz',
      'widgets-0.goroutineleak.2026-11-23T14-32-05.pb.gz',
    ]);
    expect(new Map((await store.list()).map((c) => [path.basename(c.file), c.info.kind]))).toEqual(
      new Map([
        [names[0], 'trace'],
        [names[1], 'metrics'],
        [names[2], 'custom:example_com_shop_carts'],
        [names[3], 'goroutineleak'],
      ]),
    );
  });

  it('renames a group in all its members', async () => {
    const group = { id: 'g1', name: 'Everything widgets', kind: 'everything' } as const;
    await store.write(info({ group }), Buffer.from('x'));
    await store.write(info({ kind: 'heap', group }), Buffer.from('y'));
    await store.write(info({ kind: 'block' }), Buffer.from('z'));
    await store.renameGroup('g1', ' before the fix ');
    expect((await store.list()).map((c) => [c.info.kind, c.info.group?.name]).sort()).toEqual([
      ['block', undefined],
      ['cpu', 'before the fix'],
      ['heap', 'before the fix'],
    ]);
    await expect(store.renameGroup('g2', 'x')).rejects.toMatchObject({ code: 'captures.gone' });
  });

  it('passes over what is not a capture, and folders named like one', async () => {
    await fs.mkdir(path.join(dir, 'x.pb.gz'), { recursive: true });
    for (const name of ['notes.txt', '.DS_Store', '.hidden.pb.gz', 'some.json', '.pb.gz'])
      await fs.writeFile(path.join(dir, name), 'x');
    await fs.writeFile(path.join(dir, 'cpu.prof'), 'x');
    expect((await store.list()).map((c) => path.basename(c.file))).toEqual(['cpu.prof']);
  });

  it('never lists a leftover temporary file; removes it, and notes without a capture, when old', async () => {
    await fs.mkdir(dir, { recursive: true });
    const fresh = path.join(dir, '.capture-0123.tmp');
    const stale = path.join(dir, '.capture-4567.tmp');
    const orphan = path.join(dir, 'gone.pb.gz.json');
    for (const f of [fresh, stale, orphan]) await fs.writeFile(f, 'half');
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const f of [stale, orphan]) await fs.utimes(f, hourAgo, hourAgo);
    expect(await store.list()).toEqual([]);
    expect(await fs.readdir(dir)).toEqual([path.basename(fresh)]);
  });

  it('deletes the file with its notes, twice without harm, and nothing outside its folder', async () => {
    const { file } = await store.write(info(), Buffer.from('x'));
    await store.delete(file);
    await store.delete(file);
    expect(await fs.readdir(dir)).toEqual([]);
    const outside = path.join(path.dirname(dir), 'other.pb.gz');
    await fs.writeFile(outside, 'x');
    for (const bad of [outside, path.join(dir, '..', 'other.pb.gz')])
      await expect(store.delete(bad)).rejects.toMatchObject({ code: 'captures.outside' });
    expect(await fs.readFile(outside, 'utf8')).toBe('x');
  });

  it('exports a copy over what is there', async () => {
    const { file } = await store.write(info(), Buffer.from('whole'));
    const to = path.join(path.dirname(dir), 'out.pb.gz');
    await fs.writeFile(to, 'before');
    await store.export(file, to);
    expect(await fs.readFile(to, 'utf8')).toBe('whole');
    await expect(store.export(file, path.join(dir, 'no', 'such', 'out'))).rejects.toMatchObject({
      code: 'captures.write',
    });
    await expect(store.export(path.join(dir, 'gone.pb.gz'), to)).rejects.toMatchObject({ code: 'captures.gone' });
  });

  it('says why it cannot write and leaves nothing', async () => {
    await fs.writeFile(dir, 'a file, not a folder');
    await expect(store.write(info(), Buffer.from('x'))).rejects.toMatchObject({ code: 'captures.write' });
    expect(await fs.readFile(dir, 'utf8')).toBe('a file, not a folder');
  });

  it('tells of its own changes and of those that others make in the folder', async () => {
    let heard = 0;
    store.onDidChange(() => {
      heard++;
    });
    const { file } = await store.write(info(), Buffer.from('x'));
    expect(heard).toBe(1);
    await store.watch();
    const before = heard;
    await new CaptureStore(dir).delete(file);
    // Some systems tell of a folder only a moment after they were asked to: others go on changing it.
    await expect
      .poll(async () => {
        await new CaptureStore(dir).write(info(), Buffer.from('y'));
        return heard;
      })
      .toBeGreaterThan(before);
  });

  // A file size limit makes write(2) fail in the middle, as a full disk does.
  it.runIf(process.platform === 'linux')('leaves no half file when the disk is full', async () => {
    const script = path.join(path.dirname(dir), 'full.cjs');
    await esbuild.build({
      stdin: {
        contents: `import { CaptureStore } from './src/captures/store';
          process.on('SIGXFSZ', () => {});
          new CaptureStore(process.argv[2]).write(JSON.parse(process.argv[3]), Buffer.alloc(4 << 20, 1)).then(
            () => console.log('saved'), (e) => console.log(e.code, '|', e.sentence));`,
        resolveDir: path.resolve(import.meta.dirname, '../../..'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile: script,
      logLevel: 'silent',
    });
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 1024; exec "$0" "$@"',
      process.execPath,
      script,
      dir,
      JSON.stringify(info()),
    ]);
    expect(stdout).toMatch(/^captures\.diskFull \| .*nothing was saved.*Make room/);
    expect(await fs.readdir(dir)).toEqual([]);
  });
});

describe('fileName', () => {
  it('is fit for any file system and never longer than 255 bytes', () => {
    expect(fileName(info({ pod: '', url: 'http://127.0.0.1:6060' }))).toBe(
      '127.0.0.1_6060.cpu.2026-11-23T14-32-05.pb.gz',
    );
    expect(fileName(info({ pod: '../../etc/passwd', kind: 'goroutine', seconds: 0 }), 2)).toBe(
      '_.._etc_passwd.goroutine.2026-11-23T14-32-05-2.goroutines.txt',
    );
    expect(fileName(info({ pod: 'x'.repeat(253) })).length).toBeLessThan(255);
  });
});
