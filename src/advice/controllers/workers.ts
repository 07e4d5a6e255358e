/** How many reconciles of a controller run at once. */
import type { Node } from '../go/grammar';
import type { GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import { valueOf } from '../go/values';
import { funcAt } from './locals';
import { readOptions, type Field, type Options } from './options';
import type { Controller, Found, Manager } from './types';

type Workers = Pick<Controller, 'workers' | 'workersFrom' | 'workersAt'>;
const UNKNOWN: Workers = { workers: undefined, workersFrom: 'unknown', workersAt: undefined };

/** `unset`: the number where nothing sets it. */
export function workersOf(
  found: Found,
  manager: Manager | undefined,
  managers: number,
  pkg: GoPackage,
  unset: number | undefined,
): Workers {
  const own = found.read?.fields.get('MaxConcurrentReconciles');
  if (own !== undefined) {
    const value = valueOf(own.value, own.file, pkg, own.func);
    const at = value.at ?? { ...own.file.span(own.value), file: own.file };
    if (value.number === undefined)
      return { workers: undefined, workersFrom: value.from === 'set' ? 'unknown' : value.from, workersAt: at };
    // 0 and less is as if it were not set.
    if (value.number > 0) return { workers: Math.trunc(value.number), workersFrom: value.from, workersAt: at };
  } else if (found.open || found.read?.known === false) return UNKNOWN;
  if (managers > 1) return UNKNOWN;
  const general = manager === undefined ? undefined : fromManager(found, manager, pkg);
  return general ?? { workers: unset, workersFrom: 'default', workersAt: undefined };
}

function fromManager(found: Found, manager: Manager, pkg: GoPackage): Workers | undefined {
  if (manager.options === undefined && !manager.read.known) return undefined;
  const by = managerFields(manager, pkg);
  const concurrency = by.get('GroupKindConcurrency');
  if (concurrency !== undefined && found.links.length > 0) {
    const entries = entriesOf(concurrency.value);
    const kind = found.kind?.name;
    const hits = entries?.filter((e) => kind === undefined || e.key === undefined || e.key.split('.')[0] === kind);
    if (
      hits === undefined ||
      hits.length > 1 ||
      (hits.length === 1 && (kind === undefined || hits[0]?.key === undefined))
    )
      return UNKNOWN;
    if (hits[0] !== undefined) return numbered(hits[0].value, concurrency.file, pkg);
  }
  const all = by.get('MaxConcurrentReconciles');
  return all === undefined ? undefined : numbered(all.value, all.file, pkg);
}

function numbered(node: Node, file: GoFile, pkg: GoPackage): Workers | undefined {
  const value = valueOf(node, file, pkg, funcAt(file, node));
  const at = value.at ?? { ...file.span(node), file };
  if (value.number === undefined)
    return { workers: undefined, workersFrom: value.from === 'set' ? 'unknown' : value.from, workersAt: at };
  return value.number > 0
    ? { workers: Math.trunc(value.number), workersFrom: value.from === 'set' ? 'manager' : value.from, workersAt: at }
    : undefined;
}

/** The fields of the manager's `Controller` options. */
export function managerFields(manager: Manager, pkg: GoPackage): ReadonlyMap<string, Field> {
  return fieldsBelow(manager.read, 'Controller', pkg).fields;
}

/** The fields of a struct that is itself a field, however it is filled; `literal` when one stands there. */
export function fieldsBelow(
  read: Options,
  name: string,
  pkg: GoPackage,
): { fields: ReadonlyMap<string, Field>; inner: Options | undefined } {
  const out = new Map<string, Field>();
  const field = read.fields.get(name);
  const inner = field === undefined ? undefined : readOptions(field.value, field.file, pkg);
  for (const [key, value] of inner?.fields ?? []) out.set(key, value);
  for (const [path, value] of read.fields) if (path.startsWith(`${name}.`)) out.set(path.slice(name.length + 1), value);
  return { fields: out, inner };
}

/**
 * The entries of a map literal; the key undefined where it is no string that stands there. Undefined for another
 * expression.
 */
export function entriesOf(map: Node): { key: string | undefined; value: Node }[] | undefined {
  const body = map.type === 'composite_literal' ? map.childForFieldName('body') : null;
  if (body === null) return undefined;
  return body.namedChildren
    .filter((n): n is Node => n?.type === 'keyed_element')
    .flatMap((n) => {
      const [key, value] = n.namedChildren
        .filter((c): c is Node => c !== null && c.type !== 'comment')
        .map((c) => (c.type === 'literal_element' ? (c.namedChildren[0] ?? c) : c));
      return key === undefined || value === undefined
        ? []
        : [{ key: /^["`]/.test(key.text) ? key.text.slice(1, -1) : undefined, value }];
    });
}
