/** Kinds by the names that people give them. */
import { Problem } from '../base/problem';
import type { KindInfo } from './types';

/**
 * `Paint.samples.example.com`, `paints.samples.example.com`, `Paint.v1.samples.example.com`, or `Paint` alone where no
 * other group has that name (the core group comes first), in any case. Throws Problem `churn.kind`.
 */
export function kindNamed(name: string, all: readonly KindInfo[]): KindInfo {
  const [first = '', ...rest] = name.trim().toLowerCase().split('.');
  const called = all.filter((k) => k.kind.toLowerCase() === first || k.resource === first);
  const group = rest.join('.');
  const found =
    rest.length === 0
      ? called
      : called.filter(
          (k) => k.group === group || `${k.version}.${k.group}` === group || (k.group === '' && k.version === group),
        );
  const [only] = found;
  if (only && (found.length === 1 || only.group === '')) return only;
  const core = found.find((k) => k.group === '');
  if (core) return core;
  if (found.length > 1)
    throw new Problem('churn.kind', `"${name}" is a kind of ${found.length} groups.`, {
      next: `Name one of them: ${found.map(fullName).join(', ')}.`,
    });
  const near = called.length > 0 ? called : all.filter((k) => k.kind.toLowerCase().startsWith(first.slice(0, 3)));
  throw new Problem('churn.kind', `The API server has no kind "${name}" that can be watched.`, {
    next:
      near.length > 0
        ? `There is ${near.slice(0, 8).map(fullName).join(', ')}.`
        : 'Write it as Kind.group, such as Deployment.apps.',
  });
}

/** Leaves out a kind that serves the objects of another one a second time: Events are in two groups. */
export function distinct(all: readonly KindInfo[]): readonly KindInfo[] {
  return all.filter(
    (k) => k.group !== 'events.k8s.io' || !all.some((other) => other.group === '' && other.kind === k.kind),
  );
}

/** `Deployment.apps`, `Pod`. */
export function fullName({ group, kind }: Pick<KindInfo, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}
