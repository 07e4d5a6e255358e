import { describe, expect, it } from 'vitest';
import { layerOf } from '../../../src/profile/layers/layer';
import { LAYERS } from '../../../src/profile/layers/rules';
import { openProfile } from '../../../src/profile/open';
import { profile } from './build';

const CR = 'sigs.k8s.io/controller-runtime';
const layer = (name: string, file = '', own: readonly string[] = ['example.com/app']) =>
  LAYERS[layerOf(name, file, own)]?.id;

/** Root first, as they stand in the modules' own sources; `(…)` of a controller is that of the release. */
const RECONCILES: Readonly<Record<string, readonly string[]>> = {
  '0.15.3': [
    `${CR}/pkg/internal/controller.(*Controller).Start.func2.2`,
    `${CR}/pkg/internal/controller.(*Controller).processNextWorkItem`,
    `${CR}/pkg/internal/controller.(*Controller).reconcileHandler`,
    `${CR}/pkg/internal/controller.(*Controller).Reconcile`,
  ],
  '0.20.4': ['Start.func2.2', 'processNextWorkItem', 'reconcileHandler', 'Reconcile'].map(
    (f) =>
      `${CR}/pkg/internal/controller.(*Controller[go.shape.struct { k8s.io/apimachinery/pkg/types.NamespacedName }]).${f}`,
  ),
  '0.25.2': ['Start.func1.1.2', 'processNextWorkItem', 'reconcileHandler', 'Reconcile'].map(
    (f) =>
      `${CR}/pkg/internal/controller.(*Controller[go.shape.struct { k8s.io/apimachinery/pkg/types.NamespacedName }]).${f}`,
  ),
  '0.25.2, by object': [
    ...['Start.func1.1.2', 'processNextWorkItem', 'reconcileHandler', 'Reconcile'].map(
      (f) => `${CR}/pkg/internal/controller.(*Controller[go.shape.struct {}]).${f}`,
    ),
    `${CR}/pkg/reconcile.(*objectReconcilerAdapter[go.shape.*uint8]).Reconcile`,
  ],
};

describe('layers', () => {
  it.each([
    [`${CR}/pkg/internal/controller.(*Controller).processNextWorkItem`, '', 'controllerRuntime'],
    [`${CR}/pkg/controller/priorityqueue.(*priorityqueue[go.shape.struct {}]).GetWithPriority`, '', 'workqueue'],
    ['k8s.io/client-go/util/workqueue.(*Type).Get', '', 'workqueue'],
    ['k8s.io/client-go/util/workqueue.(*Typed[go.shape.interface {}]).Get', '', 'workqueue'],
    [`${CR}/pkg/cache/internal.(*CacheReader).List`, '', 'informers'],
    [`${CR}/pkg/internal/source.(*EventHandler[go.shape.interface {}]).OnUpdate`, '', 'informers'],
    ['k8s.io/client-go/tools/cache.(*Reflector).ListAndWatch', '', 'informers'],
    ['k8s.io/client-go/tools/cache.(*sharedIndexInformer).HandleDeltas', '', 'informers'],
    ['k8s.io/client-go/tools/cache.(*processorListener).run', '', 'informers'],
    ['k8s.io/client-go/rest.(*Request).Do', '', 'rest'],
    ['k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait', '', 'rest'],
    ['golang.org/x/time/rate.(*Limiter).Wait', '', 'rest'],
    ['k8s.io/client-go/tools/leaderelection.(*LeaderElector).renew', '', 'clientGo'],
    ['encoding/json.(*decodeState).object', '/usr/local/go/src/encoding/json/decode.go', 'encoding'],
    ['sigs.k8s.io/json/internal/golang/encoding/json.(*decodeState).object', '', 'encoding'],
    ['k8s.io/apimachinery/pkg/runtime/serializer/protobuf.(*Serializer).Decode', '', 'encoding'],
    ['k8s.io/api/core/v1.(*Pod).Unmarshal', '/go/pkg/mod/k8s.io/api@v0.37.2/core/v1/generated.pb.go', 'encoding'],
    [
      'k8s.io/apimachinery/pkg/runtime.(*unstructuredConverter).ToUnstructured',
      '/go/pkg/mod/k8s.io/apimachinery@v0.37.2/pkg/runtime/converter.go',
      'encoding',
    ],
    ['go.yaml.in/yaml/v3.(*parser).parse', '', 'encoding'],
    ['gopkg.in/yaml%2ev3.Unmarshal', '', 'encoding'],
    ['crypto/tls.(*Conn).Read', '', 'http'],
    ['net/http.(*persistConn).readLoop', '', 'http'],
    ['golang.org/x/net/http2.(*Framer).ReadFrame', '', 'http'],
    ['net/http/internal/http2.(*ClientConn).RoundTrip', '', 'http'],
    ['crypto/internal/fips140/aes/gcm.(*GCM).Open', '', 'http'],
    ['runtime.mallocgc', '/usr/local/go/src/runtime/malloc.go', 'gc'],
    ['runtime.gcBgMarkWorker', '/usr/local/go/src/runtime/mgc.go', 'gc'],
    ['runtime.scanobject', '', 'gc'],
    ['runtime.(*mheap).alloc', '', 'gc'],
    ['runtime.gcBgMarkWorker.func2', '', 'gc'],
    ['runtime.findRunnable', '/usr/local/go/src/runtime/proc.go', 'scheduling'],
    ['runtime.futex', '/usr/local/go/src/runtime/sys_linux_amd64.s', 'scheduling'],
    ['runtime.gopark', '', 'scheduling'],
    ['runtime.netpoll', '', 'scheduling'],
    ['runtime.selectgo', '', 'scheduling'],
    ['runtime.memmove', '/usr/local/go/src/runtime/memmove_amd64.s', 'std'],
    ['runtime.mapaccess2_faststr', '', 'std'],
    ['sort.Slice', '', 'std'],
    ['fmt.Sprintf', '', 'std'],
    ['example.com/app/internal/controller.(*WidgetReconciler).Reconcile', '/src/widget.go', 'own'],
    ['example.com/app.(*Widget).Unmarshal', '', 'own'],
    [
      'github.com/prometheus/client_golang/prometheus.(*counter).Add',
      '/go/pkg/mod/github.com/prometheus/client_golang@v1.23.0/prometheus/counter.go',
      'dependency',
    ],
    ['<unknown>', '', 'unknown'],
  ] as const)('%s %s: %s', (name, file, id) => {
    expect(layer(name, file)).toBe(id);
  });

  it('is the name of a copy of client-go in the tree of Kubernetes itself, unless that is what a person works on', () => {
    const file = '/go/src/k8s.io/kubernetes/staging/src/k8s.io/client-go/tools/cache/reflector.go';
    expect(layer('k8s.io/client-go/tools/cache.(*Reflector).ListAndWatch', file, [])).toBe('informers');
    expect(layer('k8s.io/client-go/tools/cache.(*Reflector).ListAndWatch', file, ['k8s.io/client-go'])).toBe('own');
  });
});

/** Stacks of `build.ts` know no braces in names of their own: only `|` and `;` mean something. */
const stack = (...frames: readonly string[]): string => frames.map((f) => f.replaceAll(';', ',')).join(';');

describe('a controller’s own work', () => {
  it.each(Object.entries(RECONCILES))('%s: begins at the Reconcile that the framework calls', async (_, framework) => {
    const mine = 'example.com/app/internal/controller.(*WidgetReconciler).Reconcile';
    const p = openProfile(
      profile({
        stacks: [
          [stack('runtime.goexit', ...framework, mine, 'example.com/app/internal/hash.Sum'), 7],
          [stack('runtime.goexit', ...framework.slice(0, -1)), 2],
          ['k8s.io/client-go/tools/cache.(*Reflector).Run;encoding/json.Unmarshal', 3],
        ],
      }),
    );
    const t = await p.flame({ sampleType: 0, zoom: [], minShare: 0, ownModules: [], part: { cut: true } });
    const names = new Map(t.frames.map((f) => [f.id, f.name]));
    expect(Array.from(t.fn, (fn, i) => `${t.depth[i]} ${names.get(fn) ?? 'root'} ${t.total[i]}`)).toEqual([
      '0 root 7',
      `1 ${mine} 7`,
      '2 example.com/app/internal/hash.Sum 7',
    ]);
    expect(t.grandTotal).toBe(12);
    expect(await p.split({ sampleType: 0 })).toEqual({
      controllers: [{ controller: 'widget', root: mine, reconcile: 7, cacheReads: 0, coding: 0, behalf: 0 }],
      informers: 3,
      framework: 2,
      gc: 0,
      rest: 0,
      total: 12,
    });
  });

  it('plain client-go: begins at the step of the loop, named by its queue where that is known', async () => {
    const until = ['runtime.goexit', 'k8s.io/apimachinery/pkg/util/wait.UntilWithContext'];
    const p = openProfile(
      profile({
        stacks: [
          [
            stack(
              ...until,
              'k8s.io/kubernetes/pkg/controller/volume/persistentvolume.(*PersistentVolumeController).processNextVolumeWorkItem',
              'encoding/json.Marshal',
            ),
            4,
          ],
          [
            stack(
              ...until,
              'example.com/app.(*Gadgets).worker',
              'example.com/app.(*Gadgets).processNextWorkItem',
              'k8s.io/client-go/util/workqueue.(*Type).Get',
            ),
            1,
          ],
        ],
      }),
    );
    expect((await p.split({ sampleType: 0 })).controllers.map((c) => [c.controller, c.reconcile, c.coding])).toEqual([
      ['volumes', 4, 4],
      ['gadgets', 1, 0],
    ]);
  });

  it('tells what is read from the cache, coded, done on its behalf, and nobody’s', async () => {
    const reconcile = [...(RECONCILES['0.20.4'] ?? []), 'example.com/app/widgets.(*WidgetReconciler).Reconcile'];
    const p = openProfile(
      profile({
        stacks: [
          [
            stack(
              ...reconcile,
              `${CR}/pkg/cache/internal.(*CacheReader).Get`,
              'k8s.io/api/core/v1.(*Pod).DeepCopyInto',
            ),
            5,
          ],
          [stack(...reconcile, 'k8s.io/client-go/rest.(*Request).Do', 'encoding/json.Unmarshal'), 3],
          [stack(...reconcile), 1],
          [
            stack(
              'k8s.io/client-go/tools/cache.(*processorListener).run',
              `${CR}/pkg/internal/source.(*EventHandler).OnAdd`,
              'example.com/app/widgets.(*WidgetReconciler).ofGadget',
            ),
            2,
          ],
          ['runtime.gcBgMarkWorker;runtime.scanobject', 6],
          ['net/http.(*conn).serve', 1],
        ],
      }),
    );
    expect(await p.split({ sampleType: 0 })).toEqual({
      controllers: [
        {
          controller: 'widget',
          root: 'example.com/app/widgets.(*WidgetReconciler).Reconcile',
          reconcile: 9,
          cacheReads: 5,
          coding: 3,
          behalf: 2,
        },
      ],
      informers: 0,
      framework: 0,
      gc: 6,
      rest: 1,
      total: 18,
    });
  });
});
