import { afterEach, expect, test, vi } from 'vitest';
import { ChurnSession, type ChurnDeps } from '../../../../src/app/churn/session';
import { Emitter } from '../../../../src/base/dispose';
import { Problem } from '../../../../src/base/problem';
import type { FollowOptions } from '../../../../src/kube/types';
import { CHURN, type ChurnPicture, type ToChurnPage } from '../../../../src/protocol/churn';
import { TestPanel } from '../pages/panel';

const PAINT = { group: 'example.com', version: 'v1', kind: 'Paint', resource: 'paints', namespaced: true };
const sessions: ChurnSession[] = [];
afterEach(() => {
  for (const s of sessions.splice(0)) s.dispose();
});

function start() {
  const panel = new TestPanel();
  const log: string[] = [];
  /** Followings that were begun; `live`: those that go on. */
  const followed: FollowOptions[] = [];
  const live = new Set<FollowOptions>();
  const refuse = (): never => {
    throw new Error('not in this test');
  };
  const session = {
    follow: (options: FollowOptions) => {
      followed.push(options);
      live.add(options);
      return {
        ready: Promise.resolve(),
        problems: [],
        onDidChange: new Emitter<void>().event,
        dispose: () => live.delete(options),
      };
    },
  };
  const clusters = {
    entry: () => undefined,
    onDidChange: new Emitter<string | undefined>().event,
    connect: async () => ({ session }),
  } as unknown as ChurnDeps['clusters'];
  const churn = new ChurnSession(
    panel,
    { context: 'kind-a', kinds: [PAINT], namespaces: ['shop'], selector: 'app=web' },
    {
      clusters,
      dialogs: { open: refuse, save: refuse },
      editor: {
        log: { info: (line) => log.push(line), warn: (line) => log.push(line), problem: refuse },
        messages: {
          info: refuse,
          warn: refuse,
          details: refuse,
          briefly: refuse,
          problem: async (e, { what }) => {
            log.push(`${what}: ${Problem.from(e).sentence}`);
          },
        },
      },
    },
  );
  sessions.push(churn);
  const { channel, heard } = panel.page(CHURN);
  const last = (): ChurnPicture | undefined =>
    heard.findLast((m): m is Extract<ToChurnPage, { type: 'picture' }> => m.type === 'picture')?.picture;
  return { panel, channel, heard, last, followed, live, log };
}

test('follows what was chosen and tells the page; a hidden page costs the cluster nothing', async () => {
  const { panel, channel, last, followed, live } = start();
  expect(panel.loaded).toEqual(['churn']);
  channel.send({ type: 'ready' });
  await vi.waitFor(() => {
    expect(last()?.facts).toMatchObject({ state: 'recording', subtitle: 'Paint in shop, app=web', notes: [] });
  });
  expect(followed).toMatchObject([{ kinds: [PAINT], namespaces: ['shop'], labelSelector: 'app=web' }]);
  panel.show(false);
  expect(live.size).toBe(0);
  panel.show(true);
  channel.send({ type: 'ready' });
  await vi.waitFor(() => {
    expect(live.size).toBe(1);
  });
  expect(last()?.facts.notes).toHaveLength(1);
  channel.send({ type: 'whileHidden', on: true });
  panel.show(false);
  expect(live.size).toBe(1);
});

test('stops and starts anew as the page says, and says why nothing is saved yet', async () => {
  const { channel, last, live, log } = start();
  channel.send({ type: 'ready' });
  await vi.waitFor(() => {
    expect(last()?.facts.state).toBe('recording');
  });
  channel.send({ type: 'save', what: 'json' });
  channel.send({ type: 'state', state: 'stopped' });
  expect([live.size, last()?.facts.state]).toEqual([0, 'stopped']);
  channel.send({ type: 'state', state: 'recording' });
  await vi.waitFor(() => {
    expect([live.size, last()?.facts.state]).toEqual([1, 'recording']);
  });
  expect(log).toEqual([
    'Changes in kind-a: Nothing has changed yet: there is nothing to save. Wait for the first change.',
  ]);
});

test('a message of the wrong shape changes nothing, and is logged', async () => {
  const { panel, channel, last, log } = start();
  channel.send({ type: 'ready' });
  panel.port.post({ page: 'churn', v: CHURN.version, kind: 'message', body: { type: 'state', state: 'starting' } });
  await vi.waitFor(() => {
    expect(last()?.facts.state).toBe('recording');
  });
  expect(log).toEqual([
    'Changes in kind-a: a message was dropped: state.state is no "recording" or "paused" or "stopped"',
  ]);
});
