/**
 * What each controller of the process costs: its Reconcile, the work done elsewhere on its behalf, and the rest, which
 * belongs to no controller.
 */
import { layerOf } from '../layers/layer';
import { LAYERS, type LayerId } from '../layers/rules';
import { rootMarks } from '../layers/roots';
import type { Model } from '../model';
import { packageOf } from '../names';
import { controllerNamed } from '../layers/controller';
import { rootOf } from '../part/view';
import type { Asked, ControllerSplit, Split } from '../types';

interface Sum {
  readonly controller: string;
  readonly root: string;
  reconcile: number;
  cacheReads: number;
  coding: number;
  behalf: number;
}

/**
 * Reads of the cache within Reconcile: controller-runtime's pkg/cache (CacheReader, v0.15.3 to v0.25.2) and client-go's
 * stores and listers.
 */
const CACHE_READ =
  /^sigs\.k8s\.io\/controller-runtime\/pkg\/cache(\/internal)?\.\(\*(CacheReader|informerCache|multiNamespaceCache|delegatingByGVKCache)\)\.|^k8s\.io\/client-go\/tools\/cache\.(ListAll\w*|\(\*(cache|threadSafeMap|threadSafeStore)\)\.(Get|List|ByIndex|Index))|^k8s\.io\/client-go\/listers\//;

export function split(model: Model, { sampleType, part }: Asked): Split {
  const view = model.view({ ...part, granularity: 'functions' });
  const {
    columns: { frames, frameAt, samples: all, lineFn, fnName, fnFile },
    ends,
    samples,
    columns,
  } = view;
  const values = model.values(sampleType);
  const roots = rootMarks(columns);
  const layers = fnName.map((name, f) => LAYERS[layerOf(name, fnFile[f] ?? '', [])]?.id ?? 'unknown');
  const cacheRead = fnName.map((name) => CACHE_READ.test(name));
  const controllers = new Map<string, Sum>();
  const unclaimed: number[] = [];
  for (let k = 0, n = samples?.length ?? all; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const v = values[i] as number;
    if (v === 0) continue;
    const from = frameAt[i] as number;
    const end = rootOf(frames, from, ends[i] as number, roots);
    if (end === from) {
      unclaimed.push(i);
      continue;
    }
    const root = fnName[lineFn[frames[end - 1] as number] as number] ?? '';
    let sum = controllers.get(root);
    if (!sum)
      controllers.set(
        root,
        (sum = { controller: controllerNamed(root), root, reconcile: 0, cacheReads: 0, coding: 0, behalf: 0 }),
      );
    sum.reconcile += v;
    const what = within(from, end - 1);
    if (what !== undefined) sum[what] += v;
  }
  const owners = new Map<string, Sum>();
  for (const sum of controllers.values())
    owners.set(packageOf(sum.root), owners.has(packageOf(sum.root)) ? NOBODY : sum).set(receiver(sum.root), sum);
  const rest = { informers: 0, framework: 0, gc: 0, rest: 0 };
  const ownerOf = fnName.map((name) => owners.get(receiver(name)) ?? owners.get(packageOf(name)));
  for (const i of unclaimed) {
    const v = values[i] as number;
    const owner = behalf(i);
    if (owner) owner.behalf += v;
    else rest[place(i)] += v;
  }
  const list: ControllerSplit[] = [...controllers.values()].sort(
    (a, b) => b.reconcile + b.behalf - a.reconcile - a.behalf || (a.controller < b.controller ? -1 : 1),
  );
  return { controllers: list, ...rest, total: model.total(sampleType) };

  /** Decoding within a read of the cache counts as the read. */
  function within(from: number, end: number): 'cacheReads' | 'coding' | undefined {
    let coding = false;
    for (let j = end - 1; j >= from; j--) {
      const f = lineFn[frames[j] as number] as number;
      if (cacheRead[f]) return 'cacheReads';
      coding ||= layers[f] === 'encoding';
    }
    return coding ? 'coding' : undefined;
  }

  function behalf(i: number): Sum | undefined {
    for (let j = (ends[i] as number) - 1, from = frameAt[i] as number; j >= from; j--) {
      const owner = ownerOf[lineFn[frames[j] as number] as number];
      if (owner && owner !== NOBODY) return owner;
    }
    return undefined;
  }

  function place(i: number): keyof typeof rest {
    let found: LayerId | undefined;
    for (let j = (ends[i] as number) - 1, from = frameAt[i] as number; j >= from; j--) {
      const layer = layers[lineFn[frames[j] as number] as number];
      if (layer === 'informers') return 'informers';
      if (layer === 'controllerRuntime' || layer === 'workqueue') found ??= layer;
    }
    if (found !== undefined) return 'framework';
    const outermost = layers[lineFn[frames[(ends[i] as number) - 1] as number] as number];
    return outermost === 'gc' ? 'gc' : 'rest';
  }
}

/** Marks a package that several controllers share. */
const NOBODY: Sum = { controller: '', root: '', reconcile: 0, cacheReads: 0, coding: 0, behalf: 0 };

/** "pkg.(*Type)" of a method, '' for a function. */
function receiver(name: string): string {
  return /^(.*\.\(?\*?\w+(?:\[.*\])?\)?)\.\w/.exec(name)?.[1] ?? '';
}
