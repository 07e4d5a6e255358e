/** "Compare Metrics…": on what is selected in the tree, or on what is chosen from a list. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import type { Workload } from '../../controllers/types';
import type { ComparedId } from '../../app/metrics/compare';
import type { MetricsPanels } from '../metrics/panels';
import { subjectKey } from '../../app/metrics/subject';
import type { Parts } from '../parts';
import { abortError } from '../../base/abort';
import { shortPod } from '../../app/tree/appearance';
import type { Item } from '../../app/tree/rows';
import { isNode } from '../../app/tree/tree';
import { itemOf } from '../../app/commands/argument';

type Row = vscode.QuickPickItem & { readonly id?: ComparedId };

/** `selected`: the tree's selection, as the editor gives it beside the node that was clicked. */
export async function compareMetrics(
  parts: Parts,
  metrics: MetricsPanels,
  arg: unknown,
  selected: unknown,
): Promise<void> {
  const nodes =
    Array.isArray(selected) && selected.length > 0 ? selected : isNode(arg) ? [arg] : parts.view.tree.selection;
  const ids = nodes.flatMap((node) => comparedId(itemOf(node)) ?? []);
  // One alone has nothing beside it yet.
  metrics.compare(isNode(arg) && ids.length >= 2 ? ids : await choose(parts, ids));
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

/** What runs in the contexts that are open, of each its replicas and the controllers found in them. Rejects with AbortError. */
async function choose(parts: Parts, first: readonly ComparedId[]): Promise<readonly ComparedId[]> {
  const { clusters, locals } = parts;
  await clusters.load();
  if (clusters.entries.every((e) => e.state !== 'open')) {
    const current = clusters.entries.find((e) => e.info.current) ?? clusters.entries[0];
    if (current) await clusters.connect(current.info.name);
  }
  const rows: Row[] = [];
  for (const { info, cluster, state } of clusters.entries) {
    if (!cluster || state !== 'open') continue;
    const running = cluster
      .workloads()
      .filter((w) => w.isController && w.replicas.length > 0)
      .sort((a, b) => a.name.localeCompare(b.name) || a.namespace.localeCompare(b.namespace));
    if (running.length > 0)
      rows.push(
        { label: info.name, kind: vscode.QuickPickItemKind.Separator },
        ...running.flatMap((w) => rowsOf(parts, info.name, w)),
      );
  }
  if (locals.urls.length > 0)
    rows.push(
      { label: 'Local processes', kind: vscode.QuickPickItemKind.Separator },
      ...locals.urls.map((url): Row => ({ label: url, id: { url } })),
    );
  if (rows.every((r) => r.id === undefined))
    throw new Problem('compare.none', 'No controller runs in a context that is connected.', {
      next: 'Connect a context in the Clusters view, or attach to local processes.',
    });
  const keys = new Set(first.map(subjectKey));
  const chosen = await vscode.window.showQuickPick(
    rows.map((r) => ({ ...r, ...(r.id && keys.has(subjectKey(r.id)) && { picked: true }) })),
    {
      title: 'Compare metrics',
      placeHolder: 'Two or more, of any cluster',
      canPickMany: true,
      matchOnDescription: true,
      ignoreFocusOut: true,
    },
  );
  if (!chosen) throw abortError('The user cancelled.');
  return chosen.flatMap((r) => r.id ?? []);
}

function rowsOf({ processes }: Parts, context: string, w: Workload): Row[] {
  const description = `${w.namespace} in ${context}`;
  const id = { context, workload: w.id };
  const single = w.replicas.length < 2;
  return [
    { label: w.name, description, id },
    ...w.replicas.flatMap((replica): Row[] => {
      const label = `${w.name} ${shortPod(replica.pod.name, w.name)}`;
      const controllers = processes.facts(context, w, replica).controllers ?? [];
      return [
        ...(single
          ? []
          : [
              {
                label,
                description: `${description}${replica.leader ? ' · leader' : ''}`,
                id: { ...id, replica: replica.pod.name },
              },
            ]),
        ...(controllers.length < 2
          ? []
          : controllers.map((c): Row => ({
              label: `${label} · ${c.name}`,
              description,
              id: { ...id, replica: replica.pod.name, controller: c.name },
            }))),
      ];
    }),
  ];
}
