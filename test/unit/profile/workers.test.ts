import { describe, expect, it } from 'vitest';
import { readDump } from '../../../src/profile/goroutines/dump';

const CR = 'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[...])';
const QUEUE = 'k8s.io/client-go/util/workqueue.(*Typed[...]).Get';
const PRIORITY = 'sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue.(*priorityqueue[...]).GetWithPriority';
const REQUEST = 'k8s.io/client-go/rest.(*Request).request';
const UNTIL = [
  'k8s.io/apimachinery/pkg/util/wait.BackoffUntilWithContext',
  'k8s.io/apimachinery/pkg/util/wait.UntilWithContext',
];

let id = 0;
/** One goroutine as debug=2 writes it. */
const g = (state: string, creator: number, ...stack: string[]) =>
  `goroutine ${++id} [${state}]:\n${stack.map((f) => `${f}(0x1)\n\t/x.go:1 +0x1\n`).join('')}created by example.com/app.start in goroutine ${creator}\n\t/x.go:2 +0x2\n\n`;
const inReconcile = (state: string, creator: number, ...called: string[]) =>
  g(
    state,
    creator,
    ...called,
    'example.com/app.(*WidgetReconciler).Reconcile',
    `${CR}.Reconcile`,
    `${CR}.reconcileHandler`,
    `${CR}.processNextWorkItem`,
    `${CR}.Start.func1.1`,
  );
const pools = (text: string) =>
  readDump(text).workers.pools.map((p) => ({
    controller: p.controller,
    workers: p.workers,
    ...Object.fromEntries(Object.entries(p.counts).filter(([, n]) => n > 0)),
  }));

describe('worker pools', () => {
  it('are told apart by who started them, and named by the reconciler of a busy worker', () => {
    const idle = (creator: number, get: string) =>
      g('select', creator, get, `${CR}.processNextWorkItem`, `${CR}.Start.func1.1`);
    expect(pools(idle(7, PRIORITY) + idle(7, PRIORITY) + inReconcile('running', 7) + idle(9, QUEUE))).toEqual([
      { controller: 'widget', workers: 3, idle: 2, reconciling: 1 },
      { controller: undefined, workers: 1, idle: 1 },
    ]);
    expect(readDump(idle(9, QUEUE)).workers.notes.join()).toContain('has no name');
  });

  it.each([
    ['throttled', 'select', ['k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait', REQUEST]],
    ['waitingForApi', 'select', ['net/http.(*http2ClientConn).RoundTrip', 'net/http.(*Client).do', REQUEST]],
    ['waitingForApi', 'select', ['net/http.(*persistConn).roundTrip', 'net/http.(*Client).Do', REQUEST]],
    ['external', 'select', ['net/http.(*persistConn).roundTrip', 'net/http.(*Client).Do']],
    ['locked', 'sync.Mutex.Lock', ['internal/sync.(*Mutex).lockSlow', 'sync.(*Mutex).Lock']],
    ['other', 'sleep', ['time.Sleep']],
    ['reconciling', 'runnable', ['encoding/json.Marshal', REQUEST]],
  ])('a worker is %s when it stands in %s of the right call', (state, wait, called) => {
    expect(pools(inReconcile(wait, 7, ...called))).toEqual([{ controller: 'widget', workers: 1, [state]: 1 }]);
  });

  it('of plain loops are found by who asks the queue, also while all are busy', () => {
    const step =
      'k8s.io/kubernetes/pkg/controller/volume/persistentvolume.(*PersistentVolumeController).processNextVolumeWorkItem';
    expect(pools(g('sync.Cond.Wait', 3, QUEUE, step, ...UNTIL))).toEqual([
      { controller: 'volumes', workers: 1, idle: 1 },
    ]);
    expect(pools(g('running', 3, 'example.com/app.sync', step, ...UNTIL))).toEqual([
      { controller: 'volumes', workers: 1, reconciling: 1 },
    ]);
    expect(pools(g('running', 3, 'example.com/app.(*Pruner).resync', ...UNTIL)), 'a timer is no worker').toEqual([]);
    expect(
      pools(g('sync.Cond.Wait', 3, QUEUE, 'k8s.io/apiserver/pkg/x.(*CA).processNextWorkItem', ...UNTIL)),
      'certificates are no controller',
    ).toEqual([]);
  });

  it('of Argo CD and MOCO have the names of their knobs', () => {
    const argo = 'github.com/argoproj/argo-cd/v3/controller.(*ApplicationController).processAppRefreshQueueItem';
    expect(pools(g('sync.Cond.Wait', 1, QUEUE, argo) + g('running', 1, 'x.y', argo))).toEqual([
      { controller: 'status processors', workers: 2, idle: 1, reconciling: 1 },
    ]);
    const moco = 'github.com/cybozu-go/moco/clustering.(*managerProcess).Start';
    expect(
      pools(
        g('select', 1, moco) +
          g('IO wait', 2, 'net.(*conn).Read', 'github.com/cybozu-go/moco/clustering.(*managerProcess).do', moco),
      ),
    ).toEqual([{ controller: 'clustering', workers: 2, idle: 1, external: 1 }]);
  });

  it('without creators stay as far apart as is told, which is said', () => {
    const one = (n: number, ...stack: string[]) =>
      `${n} @ 0x1\n${stack.map((f) => `#\t0x1\t${f}+0x1\t/x.go:1\n`).join('')}\n`;
    const { workers } = readDump(`goroutine profile: total 3\n${one(3, QUEUE, `${CR}.processNextWorkItem`)}`);
    expect(workers.pools.map((p) => [p.controller, p.workers])).toEqual([[undefined, 3]]);
    expect(workers.notes.join()).toContain('debug=2');
  });
});
