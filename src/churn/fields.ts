/** Reads managedFields: who owns which fields (FieldsV1), and by which keys lists are merged. */
import { isObject, type Json } from '../base/json';
import type { Path } from './paths';

/** One entry of metadata.managedFields. */
export interface Managed {
  readonly manager: string;
  /** `Update` or `Apply`. */
  readonly operation: string;
  readonly subresource: string;
  /** In whole seconds, so it tells no order within a second. */
  readonly time: string;
  readonly fields: Json;
}

/** The keys that identify the items of this list; undefined where the list's node has no items with keys. */
export function itemKeys(nodes: readonly Json[]): readonly string[] | undefined {
  for (const node of nodes) {
    for (const element of Object.keys(node)) if (element.startsWith('k:')) return keysOf(element);
  }
  return undefined;
}

/** True where the list is a set, whose items are identified by their value. */
export function isSet(nodes: readonly Json[]): boolean {
  return nodes.some((node) => Object.keys(node).some((e) => e.startsWith('v:')));
}

/** The nodes one element further down. */
export function below(nodes: readonly Json[], element: string): readonly Json[] {
  const out: Json[] = [];
  for (const node of nodes) {
    const next = child(node, element);
    if (next) out.push(next);
  }
  return out;
}

/** True when these fields hold the path, a part of it, or a map or list around it that is owned as one. */
export function owns(fields: Json, path: Path): boolean {
  let node = fields;
  for (const [depth, element] of path.entries()) {
    const next = child(node, element);
    if (!next) return depth > 0 && Object.keys(node).length === 0;
    node = next;
  }
  return path.length > 0;
}

function child(node: Json, element: string): Json | undefined {
  const exact = node[element];
  if (isObject(exact)) return exact;
  if (!element.startsWith('k:')) return undefined;
  // managedFields may spell numbers and escapes differently.
  const wanted = normal(element);
  for (const [other, next] of Object.entries(node))
    if (other.startsWith('k:') && isObject(next) && normal(other) === wanted) return next;
  return undefined;
}

function keysOf(element: string): readonly string[] | undefined {
  try {
    const key = JSON.parse(element.slice(2)) as unknown;
    return isObject(key) ? Object.keys(key) : undefined;
  } catch {
    return undefined;
  }
}

function normal(element: string): string {
  try {
    const key = JSON.parse(element.slice(2)) as unknown;
    return isObject(key) ? JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))) : element;
  } catch {
    return element;
  }
}
