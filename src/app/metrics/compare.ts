/** Which subjects a page compares, and what it calls each of them. */
import { Problem } from '../../base/problem';
import { shortPod } from '../tree/appearance';
import { readSubject, subjectKey, type SubjectId } from './subject';

export type ComparedId = Exclude<SubjectId, { readonly file: string }>;

/** Colours and patterns tell this many apart; each subject is scraped while the page is visible. */
const MOST = 12;

/** Without duplicates, in the given order. Throws Problem `compare.few` or `compare.many`. */
export function comparedOf(ids: readonly ComparedId[]): readonly ComparedId[] {
  const each = [...new Map(ids.map((id) => [subjectKey(id), id])).values()];
  if (each.length < 2)
    throw new Problem('compare.few', 'There is nothing to compare with.', {
      next: 'Choose two or more controllers, replicas or attached processes: Ctrl or Shift and a click in the tree.',
    });
  if (each.length > MOST)
    throw new Problem('compare.many', `${each.length} were chosen; ${MOST} can be compared at once.`, {
      next: 'Choose fewer.',
    });
  return each;
}

export function compareKey(ids: readonly ComparedId[]): string {
  return `compare\n\n${ids.map(subjectKey).sort().join('\n\n')}`;
}

/** Parses the subject that a page saved as its state; undefined for anything else. */
export function readCompared(v: unknown): readonly ComparedId[] | undefined {
  const all = typeof v === 'object' && v !== null ? (v as { compare?: unknown }).compare : undefined;
  if (!Array.isArray(all)) return undefined;
  const ids = all.map(readSubject).flatMap((id) => (id && !('file' in id) ? [id] : []));
  return ids.length === all.length && ids.length >= 2 ? ids : undefined;
}

/**
 * The shortest names that differ: "widgets", "widgets · kind-a", "widgets …-x2f · gadget". Each contains the workload's
 * name.
 */
export function namesOf(ids: readonly ComparedId[]): readonly string[] {
  const parts = ids.map((id) => {
    if ('url' in id) return { name: id.url, namespace: '', context: '', replica: '', controller: '' };
    const [, namespace = '', name = id.workload] = id.workload.split('/');
    return {
      name,
      namespace,
      context: id.context,
      replica: id.replica === undefined ? '' : shortPod(id.replica, name),
      controller: id.controller ?? '',
    };
  });
  const own = parts.map((p) => [p.name, p.replica].filter((t) => t !== '').join(' '));
  const within = parts.map((p, i) => [own[i] ?? '', p.controller].filter((t) => t !== '').join(' · '));
  const contexts = new Set(parts.map((p) => p.context)).size > 1;
  const named = parts.map((p, i) => {
    const twin = parts.some(
      (q, j) => j !== i && within[j] === within[i] && q.context === p.context && q.namespace !== p.namespace,
    );
    return [within[i] ?? '', ...(twin ? [p.namespace] : []), ...(contexts && p.context !== '' ? [p.context] : [])].join(
      ' · ',
    );
  });
  return named;
}
