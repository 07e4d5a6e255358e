import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/problem';
import {
  HostChannel,
  PageChannel,
  type Handlers,
  type Port,
  type Protocol,
  type Shapes,
} from '../../../src/protocol/channel';
import { floats, list, number, optional, text } from '../../../src/protocol/shape';

type ToPage =
  { readonly type: 'show'; readonly title: string; readonly values: Float64Array } | { readonly type: 'clear' };
type ToHost =
  | { readonly type: 'ready'; readonly early?: readonly number[] }
  | { readonly type: 'double'; readonly of: number }
  | { readonly type: 'fail' };
interface Replies {
  double: number;
  fail: string;
}
const PROTOCOL: Protocol<ToPage, ToHost, Replies> = {
  page: 'test',
  version: 3,
  toPage: { show: { title: text, values: floats }, clear: {} },
  toHost: { ready: { early: optional(list(number)) }, double: { of: number }, fail: {} },
  replies: { double: number, fail: text },
};

/** Two ports whose messages arrive as they do between two processes: as copies, and later. */
function wire(): { readonly page: Port; readonly host: Port; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const listeners = { page: new Set<(m: unknown) => void>(), host: new Set<(m: unknown) => void>() };
  const port = (own: 'page' | 'host', other: 'page' | 'host'): Port => ({
    post: (m) => {
      const copy: unknown = structuredClone(m);
      sent.push(copy);
      queueMicrotask(() => {
        for (const l of listeners[other]) l(copy);
      });
    },
    onMessage: (l) => {
      listeners[own].add(l);
      return { dispose: () => listeners[own].delete(l) };
    },
  });
  return { page: port('page', 'host'), host: port('host', 'page'), sent };
}

function pair(overrides: Partial<Handlers<ToHost, Replies>> = {}) {
  const { page: pagePort, host: hostPort, sent } = wire();
  const heard: unknown[] = [];
  const dropped: string[] = [];
  const failed: unknown[] = [];
  const host = new HostChannel(
    PROTOCOL,
    hostPort,
    {
      ready: (m) => {
        heard.push(m);
      },
      double: async (m) => m.of * 2,
      fail: () => Promise.reject(new Problem('test.no', 'It is closed.', { next: 'Open it.', detail: 'd', status: 4 })),
      ...overrides,
    },
    {
      problemOf: (e) => Problem.from(e, 'test.raw'),
      failed: (type, e) => failed.push([type, e]),
      dropped: (why) => dropped.push(why),
    },
  );
  const page = new PageChannel(
    PROTOCOL,
    pagePort,
    {
      show: (m) => {
        heard.push(m);
      },
      clear: (m) => {
        heard.push(m);
      },
    },
    100,
  );
  return { page, host, pagePort, hostPort, sent, heard, dropped, failed };
}
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

test('messages reach their handlers, in both directions and in order', async () => {
  const { page, host, heard } = pair();
  page.send({ type: 'ready', early: [1] });
  host.send({ type: 'show', title: 'a', values: new Float64Array([1, NaN]) });
  host.send({ type: 'clear' });
  await settled();
  expect(heard).toEqual([
    { type: 'ready', early: [1] },
    { type: 'show', title: 'a', values: new Float64Array([1, NaN]) },
    { type: 'clear' },
  ]);
});

test('a question resolves with its answer, whichever comes first', async () => {
  const waits: (() => void)[] = [];
  const { page } = pair({ double: ({ of }) => new Promise((done) => waits.push(() => done(of * 2))) });
  const answers = [page.ask({ type: 'double', of: 1 }), page.ask({ type: 'double', of: 2 })];
  await settled();
  for (const go of waits.reverse()) go();
  expect(await Promise.all(answers)).toEqual([2, 4]);
});

test('a question rejects with the problem that the host had, all of it', async () => {
  const { page } = pair();
  const e = await page.ask({ type: 'fail' }).catch((x: unknown) => x);
  expect(e).toBeInstanceOf(Problem);
  expect((e as Problem).toJSON()).toEqual({
    code: 'test.no',
    message: 'It is closed.',
    next: 'Open it.',
    detail: 'd',
    status: 4,
  });
  const thrown = pair({
    double: () => {
      throw new TypeError('x is y');
    },
  });
  await expect(thrown.page.ask({ type: 'double', of: 1 })).rejects.toMatchObject({
    code: 'test.raw',
    message: 'x is y',
  });
});

test('a question whose id another message carried is answered by that id', async () => {
  const { page, host } = pair();
  const { id, answer } = page.expect('double');
  await host.reply('double', id, Promise.resolve(8));
  expect(await answer).toBe(8);
});

test('stray and malformed messages are dropped on both ends, and the log is told why', async () => {
  const { page, host, pagePort, hostPort, heard, dropped } = pair();
  const ours = { page: 'test', v: 3 };
  const toPage: readonly (readonly [unknown, string])[] = [
    [undefined, 'not of version 3 of the page test'],
    [null, 'not of version 3 of the page test'],
    ['text', 'not of version 3 of the page test'],
    [{ type: 'show', title: 'a' }, 'not of version 3 of the page test'],
    [{ ...ours, v: 2, kind: 'message', body: { type: 'clear' } }, 'not of version 3 of the page test'],
    [{ ...ours, kind: 'toString' }, 'an envelope is of no known kind'],
    [{ ...ours, kind: 'answer', id: 'x' }, 'an envelope.id is no number'],
    [{ ...ours, kind: 'problem', id: 1, problem: { code: 1 } }, 'an envelope.problem.code is no text'],
    [{ ...ours, kind: 'message' }, 'no message is called undefined'],
    [{ ...ours, kind: 'message', body: { type: 'constructor' } }, 'no message is called "constructor"'],
    [{ ...ours, kind: 'message', body: { type: 'ready' } }, 'no message is called "ready"'],
    [{ ...ours, kind: 'message', body: { type: 'show', title: 7 } }, 'show.title is no text'],
    [{ ...ours, kind: 'message', body: { type: 'show', title: '', values: [1] } }, 'show.values is no Float64Array'],
  ];
  for (const [m] of toPage) hostPort.post(m);
  await settled();
  expect(dropped).toEqual(toPage.map(([, why]) => `the page dropped: ${why}`));
  dropped.length = 0;
  pagePort.post({ ...ours, kind: 'message', body: { type: 'ready', early: [1, 'x'] } });
  pagePort.post({ ...ours, kind: 'dropped' });
  await settled();
  expect(dropped).toEqual(['ready.early[1] is no number', 'an envelope.why is no text']);
  expect(heard).toEqual([]);
  page.send({ type: 'ready' });
  host.send({ type: 'clear' });
  await settled();
  expect(heard).toHaveLength(2);
});

test('a page that was replaced may still speak: that is no mistake, and nobody hears it', async () => {
  const { pagePort, heard, dropped } = pair();
  pagePort.post({ page: 'other', v: 3, kind: 'message', body: { type: 'ready' } });
  await settled();
  expect([heard, dropped]).toEqual([[], []]);
});

test('an answer to a page before this one is nobody’s', async () => {
  const { page, host } = pair();
  const asked = page.ask({ type: 'double', of: 4 });
  void host.reply('double', 1, Promise.resolve(5));
  expect(await asked).toBe(8);
});

test('a question or an answer of the wrong shape rejects: nobody waits for ever', async () => {
  const { page, dropped } = pair({ double: async () => 'text' as unknown as number });
  await expect(page.ask({ type: 'double', of: 'x' as unknown as number })).rejects.toMatchObject({
    code: 'protocol.malformed',
  });
  await expect(page.ask({ type: 'double', of: 1 })).rejects.toMatchObject({ code: 'protocol.malformed' });
  await settled();
  expect(dropped).toEqual(['double.of is no number', 'the page dropped: the answer to double is no number']);
});

test('a log is not flooded', async () => {
  const { hostPort, dropped } = pair();
  for (let i = 0; i < 100; i++) hostPort.post({});
  await settled();
  expect(dropped).toHaveLength(20);
});

test('a handler that fails is told of, and the next message is heard', async () => {
  const { page, failed } = pair({
    ready: () => {
      throw new Error('no');
    },
  });
  page.send({ type: 'ready' });
  page.send({ type: 'ready' });
  await settled();
  expect(failed).toEqual([
    ['ready', new Error('no')],
    ['ready', new Error('no')],
  ]);
});

test('an end that is closed neither speaks nor hears', async () => {
  const { page, host, sent, heard } = pair();
  page.send({ type: 'ready' });
  host.dispose();
  await settled();
  host.send({ type: 'clear' });
  expect([sent.length, heard]).toEqual([1, []]);
});

/** Never called: what the compiler has to refuse. */
export function refused(page: PageChannel<ToPage, ToHost, Replies>): unknown {
  // @ts-expect-error the page has no handler for 'clear'
  const toPage: Handlers<ToPage> = { show: () => undefined };
  // @ts-expect-error the host has no handler for 'fail'
  const toHost: Handlers<ToHost, Replies> = { ready: () => undefined, double: () => 1 };
  const answers: Handlers<ToHost, Replies> = {
    ready: () => undefined,
    // @ts-expect-error the answer is a number
    double: () => '2',
    fail: () => '',
  };
  // @ts-expect-error 'clear' has no shape
  const member: Shapes<ToPage> = { show: { title: text, values: floats } };
  const fields: Shapes<ToPage> = {
    // @ts-expect-error `values` has no shape
    show: { title: text },
    clear: {},
  };
  // @ts-expect-error the message has no such field
  const further: Shapes<ToPage>['show'] = { title: text, values: floats, more: text };
  const types: Shapes<ToHost> = {
    // @ts-expect-error `early` may be absent
    ready: { early: list(number) },
    // @ts-expect-error `of` is a number
    double: { of: text },
    fail: {},
  };
  // @ts-expect-error a question is asked, not sent
  page.send({ type: 'fail' });
  // @ts-expect-error a message without an answer is sent, not asked
  void page.ask({ type: 'ready' });
  return [toPage, toHost, answers, member, fields, further, types];
}
