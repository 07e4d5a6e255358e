/** Test profiles, encoded by pprof-format, so that the page gets them through the product's own reader. */
import { Function as Fn, Label, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { gzipSync } from 'node:zlib';

/** A function `import/path.Name` with its file and line. */
export interface Func {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}
/** A stack, root first, and its values. */
export interface Stack {
  readonly frames: readonly Func[];
  readonly values: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
}

function writeProfile(
  stacks: readonly Stack[],
  types: readonly (readonly [type: string, unit: string])[],
  seconds = 0,
): Uint8Array {
  const stringTable = new StringTable();
  const functions = new Map<string, { fn: Fn; location: Location }>();
  const locate = (f: Func): number => {
    const key = `${f.name}:${f.line}`;
    let known = functions.get(key);
    if (!known) {
      const id = functions.size + 1;
      const fn = new Fn({
        id,
        name: stringTable.dedup(f.name),
        systemName: stringTable.dedup(f.name),
        filename: stringTable.dedup(f.file),
        startLine: f.line,
      });
      known = { fn, location: new Location({ id, line: [new Line({ functionId: id, line: f.line + 3 })] }) };
      functions.set(key, known);
    }
    return Number(known.location.id);
  };
  const sample = stacks.map(
    (s) =>
      new Sample({
        locationId: s.frames.map(locate).reverse(),
        value: [...s.values],
        label: Object.entries(s.labels ?? {}).map(
          ([key, str]) => new Label({ key: stringTable.dedup(key), str: stringTable.dedup(str) }),
        ),
      }),
  );
  const type = ([t, u]: readonly [string, string]): ValueType =>
    new ValueType({ type: stringTable.dedup(t), unit: stringTable.dedup(u) });
  const profile = new Profile({
    sampleType: types.map(type),
    sample,
    stringTable,
    function: [...functions.values()].map((f) => f.fn),
    location: [...functions.values()].map((f) => f.location),
    timeNanos: 1_760_000_000_000_000_000n,
    durationNanos: seconds * 1e9,
  });
  return gzipSync(profile.encode());
}

const MOD = '/go/pkg/mod/';
const GO = '/usr/local/go/src/';
const RUNTIME = `${MOD}sigs.k8s.io/controller-runtime@v0.24.1/pkg/`;
const CLIENT = `${MOD}k8s.io/client-go@v0.36.0/`;
const MACHINERY = `${MOD}k8s.io/apimachinery@v0.36.0/pkg/`;
const OWN = '/home/me/gadgets/';
const f = (name: string, file: string, line: number): Func => ({ name, file, line });
const SHAPE =
  'go.shape.struct { k8s.io/apimachinery/pkg/types.Namespace string; k8s.io/apimachinery/pkg/types.Name string }';

/** Frames in depth-first order: depth from 0, own samples, function, file, line. */
const C = 'sigs.k8s.io/controller-runtime/pkg/';
const CONTROLLER: readonly (readonly [depth: number, own: number, name: string, file: string, line: number])[] = [
  [
    0,
    0,
    `${C}internal/controller.(*Controller[${SHAPE}]).Start.func2.2`,
    `${RUNTIME}internal/controller/controller.go`,
    312,
  ],
  [
    1,
    4,
    `${C}internal/controller.(*Controller[${SHAPE}]).processNextWorkItem`,
    `${RUNTIME}internal/controller/controller.go`,
    405,
  ],
  [
    2,
    9,
    `${C}internal/controller.(*Controller[${SHAPE}]).reconcileHandler`,
    `${RUNTIME}internal/controller/controller.go`,
    440,
  ],
  [
    3,
    8,
    `${C}internal/controller.(*Controller[${SHAPE}]).Reconcile`,
    `${RUNTIME}internal/controller/controller.go`,
    196,
  ],
  [
    4,
    31,
    'example.com/gadgets/internal/controller.(*GadgetReconciler).Reconcile',
    `${OWN}internal/controller/gadget.go`,
    41,
  ],
  [
    5,
    530,
    'example.com/gadgets/internal/controller.(*GadgetReconciler).hash',
    `${OWN}internal/controller/gadget.go`,
    88,
  ],
  [6, 38, 'crypto/sha256.Sum256', `${GO}crypto/sha256/sha256.go`, 51],
  [7, 221, 'crypto/internal/fips140/sha256.blockSHANI', `${GO}crypto/internal/fips140/sha256/sha256block_amd64.s`, 12],
  [6, 12, 'example.com/gadgets/pkg/render.Template', `${OWN}pkg/render/template.go`, 17],
  [7, 7, 'fmt.Sprintf', `${GO}fmt/print.go`, 237],
  [8, 18, 'fmt.(*pp).doPrintf', `${GO}fmt/print.go`, 1017],
  [5, 7, `${C}client.(*client).Update`, `${RUNTIME}client/client.go`, 275],
  [6, 11, 'k8s.io/client-go/rest.(*Request).Do', `${CLIENT}rest/request.go`, 1160],
  [7, 24, 'k8s.io/client-go/rest.(*Request).request', `${CLIENT}rest/request.go`, 1043],
  [8, 9, 'net/http.(*Client).do', `${GO}net/http/client.go`, 590],
  [9, 14, 'net/http.(*Transport).RoundTrip', `${GO}net/http/roundtrip.go`, 30],
  [10, 51, 'golang.org/x/net/http2.(*ClientConn).RoundTrip', `${MOD}golang.org/x/net@v0.48.0/http2/transport.go`, 1207],
  [11, 62, 'crypto/tls.(*Conn).Write', `${GO}crypto/tls/conn.go`, 1181],
  [
    8,
    49,
    'k8s.io/client-go/util/flowcontrol.(*tokenBucketRateLimiter).Wait',
    `${CLIENT}util/flowcontrol/throttle.go`,
    128,
  ],
  [7, 6, 'k8s.io/apimachinery/pkg/runtime.Encode', `${MACHINERY}runtime/codec.go`, 49],
  [
    8,
    4,
    'k8s.io/apimachinery/pkg/runtime/serializer/json.(*Serializer).doEncode',
    `${MACHINERY}runtime/serializer/json/json.go`,
    215,
  ],
  [9, 43, 'encoding/json.Marshal', `${GO}encoding/json/encode.go`, 171],
  [5, 12, `${C}client.(*client).Get`, `${RUNTIME}client/client.go`, 356],
  [6, 24, `${C}cache/internal.(*CacheReader).Get`, `${RUNTIME}cache/internal/cache_reader.go`, 57],
  [7, 8, 'example.com/gadgets/api/v1.(*Gadget).DeepCopyObject', `${OWN}api/v1/zz_generated.deepcopy.go`, 47],
  [8, 65, 'example.com/gadgets/api/v1.(*Gadget).DeepCopyInto', `${OWN}api/v1/zz_generated.deepcopy.go`, 28],
  [9, 71, 'runtime.mallocgc', `${GO}runtime/malloc.go`, 1020],
  [0, 6, 'k8s.io/client-go/tools/cache.(*Reflector).watchHandler', `${CLIENT}tools/cache/reflector.go`, 742],
  [1, 9, 'k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive', `${MACHINERY}watch/streamwatcher.go`, 105],
  [2, 11, 'k8s.io/client-go/rest/watch.(*Decoder).Decode', `${CLIENT}rest/watch/decoder.go`, 47],
  [
    3,
    14,
    'k8s.io/apimachinery/pkg/runtime/serializer/json.(*Serializer).Decode',
    `${MACHINERY}runtime/serializer/json/json.go`,
    111,
  ],
  [4, 22, 'encoding/json.Unmarshal', `${GO}encoding/json/decode.go`, 101],
  [5, 130, 'encoding/json.(*decodeState).object', `${GO}encoding/json/decode.go`, 610],
  [0, 3, 'runtime.gcBgMarkWorker', `${GO}runtime/mgc.go`, 1310],
  [1, 24, 'runtime.gcDrain', `${GO}runtime/mgcmark.go`, 1153],
  [2, 89, 'runtime.scanobject', `${GO}runtime/mgcmark.go`, 1450],
  [2, 17, 'runtime.greyobject', `${GO}runtime/mgcmark.go`, 1601],
  [0, 0, 'runtime.mcall', `${GO}runtime/asm_amd64.s`, 459],
  [1, 3, 'runtime.park_m', `${GO}runtime/proc.go`, 4144],
  [2, 5, 'runtime.schedule', `${GO}runtime/proc.go`, 3996],
  [3, 31, 'runtime.findRunnable', `${GO}runtime/proc.go`, 3300],
  [4, 26, 'runtime.futex', `${GO}runtime/sys_linux_amd64.s`, 557],
];

/** 10 ms a sample. */
const TICK = 10_000_000;

function stacksOf(rows: typeof CONTROLLER): Stack[] {
  const out: Stack[] = [];
  const open: Func[] = [];
  for (const [depth, own, name, file, line] of rows) {
    open.length = depth;
    open.push(f(name, file, line));
    if (own > 0) out.push({ frames: [...open], values: [own, own * TICK] });
  }
  return out;
}

/** A 30 s CPU profile of a controller with a hot hash function; own module example.com/gadgets. */
export const controllerProfile = (): Uint8Array =>
  writeProfile(
    stacksOf(CONTROLLER),
    [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    30,
  );

/**
 * The same controller before its hash was optimized: twice the hashing, and reads that the new version no longer has.
 */
export const slowerProfile = (): Uint8Array =>
  writeProfile(
    stacksOf(
      CONTROLLER.map(([depth, own, name, file, line]) => {
        const times = name.endsWith('.hash') || name.includes('sha256') ? 2 : name.endsWith('Template') ? 0 : 1;
        return [depth, own * times, name, file, line] as const;
      }),
    ),
    [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    30,
  );

/**
 * Two controllers in one process, told apart by a label that controller-runtime's workers can set; CPU in ticks of 10
 * ms.
 */
export const labelledProfile = (): Uint8Array => {
  const worker = f(
    `${C}internal/controller.(*Controller[${SHAPE}]).Reconcile`,
    `${RUNTIME}internal/controller/controller.go`,
    196,
  );
  const of = (name: string, own: number): Stack => ({
    frames: [
      worker,
      f(
        `example.com/gadgets/internal/controller.(*${name}Reconciler).Reconcile`,
        `${OWN}internal/controller/${name.toLowerCase()}.go`,
        30,
      ),
    ],
    values: [own, own * TICK],
    labels: { controller: name.toLowerCase() },
  });
  return writeProfile(
    [
      of('Gadget', 60),
      of('Widget', 30),
      { frames: [f('runtime.gcBgMarkWorker', `${GO}runtime/mgc.go`, 1310)], values: [10, 10 * TICK] },
    ],
    [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    30,
  );
};

/** One stack of this depth. */
export const deepProfile = (depth: number): Uint8Array =>
  writeProfile(
    [
      {
        frames: Array.from({ length: depth }, (_, i) => f(`example.com/deep.step${i}`, `${OWN}deep.go`, i + 1)),
        values: [1],
      },
      {
        frames: [f('example.com/deep.step0', `${OWN}deep.go`, 1), f('example.com/deep.aside', `${OWN}deep.go`, 99_999)],
        values: [1],
      },
    ],
    [['samples', 'count']],
  );

/** This many functions, each in a stack of its own, the first one the heaviest. */
export const wideProfile = (functions: number): Uint8Array =>
  writeProfile(
    Array.from({ length: functions }, (_, i) => ({
      frames: [f(`example.com/wide/p${i % 97}.Func${i}`, `${OWN}wide.go`, i + 1)],
      values: [functions - i],
    })),
    [['samples', 'count']],
  );

/** A CPU profile without a sample. */
export const emptyProfile = (): Uint8Array =>
  writeProfile(
    [],
    [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    5,
  );
