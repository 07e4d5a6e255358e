/**
 * What differs between two states of an object, down to the fields that managers own. No recursion: objects are data
 * from others.
 */
import { isObject, type Json } from '../base/json';
import { below, isSet, itemKeys } from './fields';
import { keyElement, type Path } from './paths';

export interface Difference {
  readonly path: Path;
  /** undefined = not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Most differences of one comparison: an object that was replaced as a whole has thousands. */
const MOST = 200;
/** Nothing is taken apart below this depth: no API goes there. */
const DEEPEST = 64;

/** Fields that most likely identify the items of a list without known merge keys, as in the built-in APIs. */
const LIKELY_KEYS = [
  'name',
  'type',
  'key',
  'uid',
  'containerPort',
  'port',
  'mountPath',
  'devicePath',
  'ip',
  'topologyKey',
] as const;

interface Pair {
  readonly path: Path;
  readonly before: unknown;
  readonly after: unknown;
  readonly nodes: readonly Json[];
}

/**
 * `fields`: the FieldsV1 of the object's managers, which know by which keys lists are merged. At most 200 differences.
 */
export function differences(before: Json, after: Json, fields: readonly Json[]): readonly Difference[] {
  const out: Difference[] = [];
  const open: Pair[] = [{ path: [], before, after, nodes: fields }];
  for (let pair = open.pop(); pair && out.length < MOST; pair = open.pop()) {
    const { path, before: a, after: b, nodes } = pair;
    if (same(a, b)) continue;
    const parts = path.length < DEEPEST ? partsOf(path, a, b, nodes) : undefined;
    if (!parts) {
      out.push({ path, before: a, after: b });
      continue;
    }
    // Pushed in reverse, so that they come out in the object's own order.
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i];
      if (part)
        open.push({
          path: [...path, part.element],
          before: part.before,
          after: part.after,
          nodes: below(nodes, part.element),
        });
    }
  }
  return out;
}

interface Part {
  readonly element: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The parts by which two values are compared; undefined: compare them as a whole. */
function partsOf(path: Path, a: unknown, b: unknown, nodes: readonly Json[]): readonly Part[] | undefined {
  if (isObject(a) && isObject(b))
    return Object.keys({ ...a, ...b })
      .filter((k) => !same(a[k], b[k]))
      .map((k) => ({ element: `f:${k}`, before: a[k], after: b[k] }));
  // A map that appeared or vanished counts field by field, since its fields have owners of their own; an item of a list
  // counts as one.
  const item = path.at(-1)?.startsWith('f:') === false;
  if (!item && isObject(a) && b === undefined && Object.keys(a).length > 0)
    return Object.entries(a).map(([k, before]) => ({ element: `f:${k}`, before, after: undefined }));
  if (!item && isObject(b) && a === undefined && Object.keys(b).length > 0)
    return Object.entries(b).map(([k, after]) => ({ element: `f:${k}`, before: undefined, after }));
  return Array.isArray(a) && Array.isArray(b)
    ? itemsOf(a as readonly unknown[], b as readonly unknown[], nodes)
    : undefined;
}

function itemsOf(a: readonly unknown[], b: readonly unknown[], nodes: readonly Json[]): readonly Part[] | undefined {
  const keys = itemKeys(nodes) ?? likelyKeys(a, b);
  if (keys) {
    const byKey = (all: readonly unknown[]): Map<string, unknown> | undefined => {
      const found = new Map<string, unknown>();
      for (const item of all) {
        if (!isObject(item)) return undefined;
        found.set(keyElement(item, keys), item);
      }
      return found.size === all.length ? found : undefined;
    };
    const [old, now] = [byKey(a), byKey(b)];
    if (old && now)
      return [...new Set([...old.keys(), ...now.keys()])].map((element) => ({
        element,
        before: old.get(element),
        after: now.get(element),
      }));
  }
  if (isSet(nodes)) {
    const values = (all: readonly unknown[]): Set<string> => new Set(all.map((v) => `v:${JSON.stringify(v)}`));
    const [old, now] = [values(a), values(b)];
    return [...new Set([...old, ...now])].map((element) => ({
      element,
      before: old.has(element) ? (JSON.parse(element.slice(2)) as unknown) : undefined,
      after: now.has(element) ? (JSON.parse(element.slice(2)) as unknown) : undefined,
    }));
  }
  return a.length === b.length && a.every(isObject) && b.every(isObject)
    ? a.map((before, i) => ({ element: `i:${i}`, before, after: b[i] }))
    : undefined;
}

/** A field that every item has, each with a different value. */
function likelyKeys(a: readonly unknown[], b: readonly unknown[]): readonly string[] | undefined {
  const told = (all: readonly unknown[], key: string): boolean =>
    new Set(
      all
        .map((item) => (isObject(item) ? item[key] : undefined))
        .filter((v) => typeof v === 'string' || typeof v === 'number'),
    ).size === all.length;
  const key = a.length + b.length === 0 ? undefined : LIKELY_KEYS.find((k) => told(a, k) && told(b, k));
  return key === undefined ? undefined : [key];
}

/** Compares by JSON. Equal maps whose keys come in another order are found equal later, when they are taken apart. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return (
    typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    JSON.stringify(a) === JSON.stringify(b)
  );
}
