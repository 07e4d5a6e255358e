/** What is known of a version by the table, and where the table ends. */
import { compareVersions, parseVersion } from './semver';
import { CHECKED, FIELDS, type From } from './table';

/** Where the defaults' lists begin; the fields' begin with the first of `CHECKED`. */
const POINTS = ['v0.4.0', ...CHECKED];

/**
 * The nearest checked versions at or before and at or after this one. After the newest there is none: what is not yet
 * known is taken to be as in the newest. Undefined before the first, and for what is no version.
 */
function around(version: string, points: readonly string[]): readonly [string, string] | undefined {
  if (parseVersion(version) === undefined) return undefined;
  const before = points.findLast((p) => compareVersions(p, version) <= 0);
  if (before === undefined) return undefined;
  return [before, points.find((p) => compareVersions(p, version) >= 0) ?? before];
}

/** The value at a version; undefined when the checked versions around it differ, as they may for a pre-release. */
export function valueAt<T>(list: readonly From<T>[], version: string): From<T> | undefined {
  const near = around(version, POINTS);
  if (near === undefined) return undefined;
  const [a, b] = near.map((p) => list.findLast((f) => compareVersions(f.from, p) <= 0));
  return a === b ? a : undefined;
}

const parsed = new Map<string, ReadonlyMap<string, readonly [first: string, gone: string | undefined]>>();

function fieldsOf(struct: string): ReadonlyMap<string, readonly [first: string, gone: string | undefined]> | undefined {
  const text = FIELDS[struct];
  if (text === undefined) return undefined;
  let fields = parsed.get(struct);
  if (fields === undefined) {
    fields = new Map(
      text.split(', ').map((item) => {
        const [name = '', first = '', gone] = item.split(' ');
        return [name, [first, gone]];
      }),
    );
    parsed.set(struct, fields);
  }
  return fields;
}

/** True when controller-runtime's struct has the field at this version; undefined when that is not known. */
export function hasAt(struct: string, field: string, version: string): boolean | undefined {
  const fields = fieldsOf(struct);
  const near = around(version, CHECKED);
  if (fields === undefined || near === undefined) return undefined;
  const span = fields.get(field);
  // A field that no checked version has may have come with a later one.
  if (span === undefined) return compareVersions(version, CHECKED.at(-1) ?? '') > 0 ? undefined : false;
  const [a, b] = near.map(
    (p) => compareVersions(p, span[0]) >= 0 && (span[1] === undefined || compareVersions(p, span[1]) < 0),
  );
  return a === b ? a : undefined;
}
