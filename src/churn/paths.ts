/**
 * Paths of fields. Their elements are spelled as in FieldsV1 of managedFields: `f:name` is a field, `k:{…}` an item of
 * a list by its merge keys, `v:…` an item of a set by its value, `i:0` an item by its position.
 */

export type Path = readonly string[];

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/**
 * For users, as structured-merge-diff writes it: `spec.containers[name="manager"].image`,
 * `metadata.annotations["example.com/x"]`.
 */
export function pathText(path: Path): string {
  let out = '';
  for (const element of path) {
    const body = element.slice(2);
    if (element.startsWith('f:'))
      out += PLAIN.test(body) ? `${out === '' ? '' : '.'}${body}` : `[${JSON.stringify(body)}]`;
    else if (element.startsWith('k:')) out += `[${keyText(body)}]`;
    else out += `[${body}]`;
  }
  return out;
}

/** `{"name":"manager","port":80}` → `name="manager",port=80`. */
function keyText(body: string): string {
  try {
    return Object.entries(JSON.parse(body) as Record<string, unknown>)
      .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
      .join(',');
  } catch {
    return body;
  }
}

export type Section = 'spec' | 'status' | 'metadata' | 'other';

/** The part of the object that a path lies in; `data` and the like are `other`. */
export function sectionOf(path: Path): Section {
  const first = path[0]?.slice(2) ?? '';
  return first === 'spec' || first === 'status' || first === 'metadata' ? first : 'other';
}

/** The element of a list item: its merge keys, sorted as API servers write them. */
export function keyElement(item: Readonly<Record<string, unknown>>, keys: readonly string[]): string {
  return `k:${JSON.stringify(Object.fromEntries([...keys].sort().map((k) => [k, item[k]])))}`;
}
