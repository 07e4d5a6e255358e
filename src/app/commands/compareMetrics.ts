/** "Compare Metrics…" for the tree's selection, or for what the user picks from a list. */
import { Problem } from '../../base/problem';
import type { Workload } from '../../controllers/types';
import type { ComparedId } from '../metrics/compare';
import { subjectKey } from '../metrics/subject';
import type { Choice, Choices, Separator } from '../editor';
import type { Parts } from '../parts';
import { shortPod } from '../tree/appearance';
import type { Item } from '../tree/rows';

/**
 * Which of these items, selected in the tree, to compare. Asks, unless `enough` says that two or more selected items
 * suffice.
 */
export async function pickCompared(
  parts: Parts,
  items: readonly (Item | undefined)[],
  enough: boolean,
): Promise<readonly ComparedId[]> {
  const ids = items.flatMap((item) => comparedId(item) ?? []);
  // A single item has nothing to be compared with.
  return enough && ids.length >= 2 ? ids : choose(parts, ids);
}

/** Undefined for what has no metrics of its own. */
function comparedId(s: Item | undefined): ComparedId | undefined {
  switch (s?.kind) {
    case 'local':
      return { url: s.url };
    case 'workload':
      return { context: s.context, workload: s.workload.id };
    case 'replica':
    case 'endpoint':
      return { context: s.context, workload: s.workload.id, replica: s.replica.pod.name };
    case 'running':
      return { context: s.context, workload: s.workload.id, replica: s.replica.pod.name, controller: s.running.name };
    default:
      return undefined;
  }
}

/**
 * Lists what runs in the open contexts: workloads, their replicas, and the controllers found in them. Rejects with
 * AbortError.
 */
async function choose(parts: Parts, first: readonly ComparedId[]): Promise<readonly ComparedId[]> {
  const { clusters, locals } = parts;
  await clusters.load();
  if (clusters.entries.every((e) => e.state !== 'open')) {
    const current = clusters.entries.find((e) => e.info.current) ?? clusters.entries[0];
    if (current) await clusters.connect(current.info.name);
  }
  const keys = new Set(first.map(subjectKey));
  const choice = (label: string, description: string, value: ComparedId): Choice<ComparedId> => ({
    label,
    description,
    value,
    picked: keys.has(subjectKey(value)),
  });
  const choices: (Choice<ComparedId> | Separator)[] = [];
  for (const { info, cluster, state } of clusters.entries) {
    if (!cluster || state !== 'open') continue;
    const running = cluster
      .workloads()
      .filter((w) => w.isController && w.replicas.length > 0)
      .sort((a, b) => a.name.localeCompare(b.name) || a.namespace.localeCompare(b.namespace));
    if (running.length > 0)
      choices.push({ separator: info.name }, ...running.flatMap((w) => choicesOf(parts, info.name, w, choice)));
  }
  if (locals.urls.length > 0)
    choices.push({ separator: 'Local processes' }, ...locals.urls.map((url) => choice(url, '', { url })));
  if (!choices.some((c) => 'value' in c))
    throw new Problem('compare.none', 'No controller runs in a context that is connected.', {
      next: 'Connect a context in the Clusters view, or attach to local processes.',
    });
  return parts.editor.picker.pickMany({
    title: 'Compare metrics',
    placeholder: 'Two or more, of any cluster',
    choices,
  });
}

type MakeChoice = (label: string, description: string, value: ComparedId) => Choice<ComparedId>;

/** A workload, its replicas if it has several, and the controllers of each if several run in it. */
function choicesOf({ processes }: Parts, context: string, w: Workload, choice: MakeChoice): Choices<ComparedId> {
  const description = `${w.namespace} in ${context}`;
  const id = { context, workload: w.id };
  const out = [choice(w.name, description, id)];
  for (const replica of w.replicas) {
    const label = `${w.name} ${shortPod(replica.pod.name, w.name)}`;
    const ofReplica = { ...id, replica: replica.pod.name };
    if (w.replicas.length > 1) out.push(choice(label, `${description}${replica.leader ? ' · leader' : ''}`, ofReplica));
    const controllers = processes.facts(context, w, replica).controllers ?? [];
    if (controllers.length > 1)
      for (const { name } of controllers)
        out.push(choice(`${label} · ${name}`, description, { ...ofReplica, controller: name }));
  }
  return out;
}
