/** Label sets: their identity, and parts of them. */
import type { Labels } from '../types';

/** A text that only equal label sets share. A label with the value '' counts as missing. */
export function keyOf(labels: Labels): string {
  let key = '';
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name];
    if (value !== undefined && value !== '') key += `${name}\u0000${value}\u0001`;
  }
  return key;
}

/** The key of the named labels only. */
export function keyWith(labels: Labels, names: readonly string[]): string {
  let key = '';
  for (const name of names) key += `${labels[name] ?? ''}\u0001`;
  return key;
}

export function only(labels: Labels, names: readonly string[]): Labels {
  const out: Record<string, string> = {};
  for (const name of names) {
    const v = labels[name];
    if (v !== undefined && v !== '') set(out, name, v);
  }
  return out;
}

export function without(labels: Labels, names: readonly string[]): Labels {
  const out: Record<string, string> = {};
  for (const name of Object.keys(labels)) {
    const v = labels[name];
    if (v !== undefined && !names.includes(name)) set(out, name, v);
  }
  return out;
}

/** With one label set, or removed if the value is ''. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const out = without(labels, [name]) as Record<string, string>;
  if (value !== '') set(out, name, value);
  return out;
}

/** "__proto__" is a label like any other. */
function set(out: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(out, name, { value, enumerable: true, configurable: true, writable: true });
  else out[name] = value;
}

/** Order of Prometheus' results: by name, then value (labels.Compare). */
export function compareLabels(a: Labels, b: Labels): number {
  const x = Object.keys(a).sort();
  const y = Object.keys(b).sort();
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [m, n] = [x[i] ?? '', y[i] ?? ''];
    if (m !== n) return m < n ? -1 : 1;
    const [v, w] = [a[m] ?? '', b[n] ?? ''];
    if (v !== w) return v < w ? -1 : 1;
  }
  return x.length - y.length;
}
