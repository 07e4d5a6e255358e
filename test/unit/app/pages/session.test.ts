import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { ProfileDocument } from '../../../../src/app/pages/document';
import { PageSession, type SessionDeps } from '../../../../src/app/pages/session';
import type { FileUri } from '../../../../src/app/pages/panel';
import { Emitter } from '../../../../src/base/dispose';
import { Problem } from '../../../../src/base/problem';
import { openProfile } from '../../../../src/profile/open';
import type { OpenProfile } from '../../../../src/profile/types';
import { FLAME } from '../../../../src/protocol/flame';
import { GOROUTINES } from '../../../../src/protocol/goroutines';
import { TestPanel } from './panel';

const DUMP = readFileSync('test/fixtures/growth/growth-1.txt');
const uri = (path: string): FileUri => ({ scheme: 'file', path, fsPath: path, toString: () => `file://${path}` });
const sessions: { dispose(): void }[] = [];
afterEach(() => {
  for (const s of sessions.splice(0)) s.dispose();
});

/** A session over a dump whose reading the test ends, when it is not there at once. */
function start(file: string, reading?: Promise<OpenProfile>) {
  const panel = new TestPanel();
  const log: string[] = [];
  const kept = new Map<string, unknown>();
  const refuse = (): never => {
    throw new Error('not in this test');
  };
  const doc = new ProfileDocument(uri(file), undefined, {
    files: { read: async () => DUMP, watch: () => ({ dispose: () => undefined }) },
    open: async () => reading ?? openProfile(DUMP),
    alreadyOpen: () => undefined,
    maxBytes: () => 1e9,
    onDispose: () => undefined,
  });
  const deps: SessionDeps<FileUri> = {
    store: { list: async () => [], get: async () => undefined, onDidChange: new Emitter<void>().event },
    editor: {
      log: {
        info: (line) => log.push(line),
        warn: (line) => log.push(line),
        problem: (what, e) => log.push(`${what}: ${Problem.from(e).message}`),
      },
      messages: {
        info: refuse,
        warn: refuse,
        details: refuse,
        briefly: (text) => log.push(text),
        problem: async (e, { what }) => {
          log.push(`${what}: ${Problem.from(e).message}`);
        },
      },
      copy: async (text) => {
        log.push(`copied ${text}`);
      },
    },
    memory: { get: (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) },
    dialogs: { open: refuse, save: refuse },
    picker: { pick: refuse, pickMany: refuse, input: refuse },
    sources: { modules: async () => [{ path: 'example.com/widgets', dir: '/w' }] },
    openSource: async ({ name }) => {
      log.push(`source of ${name}`);
    },
    captureAgain: () => log.push('capture again'),
    uriOf: uri,
    open: refuse,
    openDump: refuse,
    read: refuse,
    maxBytes: () => 1e9,
  };
  doc.load();
  const session = new PageSession(doc, panel, deps);
  sessions.push(session, doc);
  return { panel, session, doc, log, kept };
}

test('a page that waits for its profile is shown that, then the profile, then the tree that it asked for early', async () => {
  let opened = (_: OpenProfile): void => undefined;
  const { panel, log } = start('/dump.pb.gz', new Promise((resolve) => (opened = resolve)));
  const { channel, heard } = panel.page(FLAME);
  const { id, answer } = channel.expect('flame');
  let answered = false;
  void answer.then(() => (answered = true));
  channel.send({ type: 'ready', early: [{ id, sampleType: '', zoom: [], minShare: 0.01 }] });
  expect(heard.map((m) => m.type)).toEqual(['loading']);
  await expect(channel.ask({ type: 'top', query: { sampleType: 0 } })).rejects.toMatchObject({
    code: 'pages.notOpen',
    next: 'Wait until it is read.',
  });
  // A CPU profile's page: a dump would turn to the page of goroutines.
  const dump = openProfile(DUMP);
  opened({
    ...dump,
    summary: { ...dump.summary, kind: 'pprof' },
    flame: (q) => dump.flame(q),
    dispose: () => undefined,
  });
  await vi.waitFor(() => {
    expect(answered).toBe(true);
  });
  expect(heard.map((m) => m.type)).toEqual(['loading', 'init']);
  expect(heard[1]).toMatchObject({
    facts: { title: 'dump.pb.gz', ownModules: ['example.com/widgets'], pages: ['flame'] },
  });
  expect((await answer).grandTotal).toBeGreaterThan(0);
  channel.send({ type: 'copy', text: 'x', what: 'the name' });
  channel.send({ type: 'openSource', frame: { name: 'main.f', file: 'f.go', line: 1 } });
  await vi.waitFor(() => {
    expect(log).toEqual(expect.arrayContaining(['copied x', 'Copied the name.', 'source of main.f']));
  });
});

test('the contents decide on the page, and a choice is kept; the page that was there is not heard any more', async () => {
  const { panel, kept, session } = start('/dump.pb.gz');
  const first = panel.page(FLAME);
  first.channel.send({ type: 'ready', early: [] });
  await vi.waitFor(() => {
    expect(panel.loaded).toEqual(['flame', 'goroutines']);
  });
  first.channel.send({ type: 'ready', early: [] });
  const second = panel.page(GOROUTINES);
  second.channel.send({ type: 'ready' });
  await vi.waitFor(() => {
    expect(second.heard.map((m) => m.type)).toEqual(['init']);
  });
  expect((await second.channel.ask({ type: 'goroutines' })).total).toBeGreaterThan(0);
  expect(await second.channel.ask({ type: 'compare', base: 'newest' })).toEqual({ earlier: [], base: '', labels: [] });
  second.channel.send({ type: 'show', page: 'flame' });
  expect(panel.loaded).toEqual(['flame', 'goroutines', 'flame']);
  expect([...kept.values()]).toEqual([{ 'file:///dump.pb.gz': 'flame' }]);
  session.select('main.main');
  const third = panel.page(FLAME);
  third.channel.send({ type: 'ready', early: [] });
  await vi.waitFor(() => {
    expect(third.heard.map((m) => m.type)).toEqual(['init', 'select']);
  });
  expect([panel.revealed, session.title]).toEqual([1, 'dump.pb.gz']);
});

test('a message that the session does not know is dropped and logged, and the page is served on', async () => {
  const { panel, log } = start('/x.goroutines.txt');
  expect(panel.loaded).toEqual(['goroutines']);
  const { channel, heard } = panel.page(GOROUTINES);
  panel.port.post('stray');
  panel.port.post({ page: 'goroutines', v: GOROUTINES.version, kind: 'message', body: { type: 'show', page: 'top' } });
  channel.send({ type: 'ready' });
  await vi.waitFor(() => {
    expect(heard.map((m) => m.type)).toContain('init');
  });
  expect(log).toEqual([
    'x.goroutines.txt, goroutines page: a message was dropped: not of version 2 of the page goroutines',
    'x.goroutines.txt, goroutines page: a message was dropped: show.page is no "flame" or "goroutines"',
  ]);
});
