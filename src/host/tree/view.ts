/** The Clusters view: what starts when the user opens a node, and the context keys of menus and welcome text. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import type { Problem } from '../../base/problem';
import { mapLimit } from '../../cluster/find';
import type { ClustersPart } from '../../app/parts';
import type { Clusters } from '../../app/clusters';
import type { Locals } from '../../app/locals';
import type { Log } from '../../app/editor';
import type { Processes } from '../../app/processes/processes';
import { onSettings, settings } from '../settings';
import { withNextStep } from '../../app/problems';
import type { TreeRow, TreeData } from '../../app/tree/rows';
import type { ClustersTree, TreeNode } from '../../app/tree/tree';
import { ClustersProvider } from './provider';

export interface ViewDeps {
  readonly clusters: Clusters;
  readonly processes: Processes;
  readonly locals: Locals;
  readonly log: Log;
}

/** Ages are in minutes: even without events, the tree must be refreshed this often, ms. */
const AGE_STEP_MS = 60_000;
/** How long to wait for a row to be drawn, ms. */
const DRAWN_MS = 3000;
/** How many processes a refresh probes at once; each probe asks up to four ports at once. */
const PROBES_AT_ONCE = 4;

export class ClustersView implements ClustersPart, vscode.Disposable {
  readonly #own = new Disposables();
  readonly #provider: ClustersProvider;
  readonly #tree: ClustersTree;
  /** Why kubeconfig files could not even be searched for. */
  #failure: Problem | undefined;
  #ages: NodeJS.Timeout | undefined;
  /** Ids of the nodes that the user opened. */
  readonly #open = new Set<string>();

  /** The caller owns `tree`; the listeners are disposed with this view. */
  constructor(
    readonly tree: vscode.TreeView<TreeNode>,
    private readonly deps: ViewDeps,
  ) {
    this.#provider = this.#own.add(
      new ClustersProvider({ data: () => this.#data(), opening: (row) => this.#opening(row) }),
    );
    this.#tree = this.#provider.tree;
    this.#own.add(
      this.tree.onDidChangeVisibility(({ visible }) => {
        this.#visible(visible);
      }),
    );
    this.#own.add(
      this.tree.onDidExpandElement(({ element }) => {
        this.#open.add(element.row.id);
        this.#expanded(element.row);
      }),
    );
    this.#own.add(
      this.tree.onDidCollapseElement(({ element }) => {
        this.#open.delete(element.row.id);
      }),
    );
    this.#own.add(
      deps.clusters.onDidChange((context) => {
        if (context === undefined) this.#tellContexts();
        this.#tree.update();
      }),
    );
    this.#own.add(
      deps.processes.onDidChange(() => {
        this.#tree.update('now');
      }),
    );
    this.#own.add(
      deps.locals.onDidChange(() => {
        this.#tree.update('now');
      }),
    );
    this.#own.add(
      onSettings(['groupBy', 'showAllWorkloads'], () => {
        this.#tellChoices();
        this.#tree.update('now');
      }),
    );
    this.#own.add(
      onSettings(['endpoints'], () => {
        this.#tree.update('now');
        void this.#probeOpen({});
      }),
    );
    this.#own.add(
      onSettings(['controllers'], () => {
        deps.clusters.refreshAll();
      }),
    );
    this.#own.add(
      onSettings(['namespaces'], () => {
        deps.clusters.namespacesChanged();
      }),
    );
    this.#own.add({
      dispose: () => {
        clearInterval(this.#ages);
      },
    });
    this.#tellChoices();
    this.#visible(this.tree.visible);
  }

  /** Selects a replica's node if it is already drawn. */
  async reveal(id: string): Promise<void> {
    const node = this.#tree.find(id);
    if (node) await this.tree.reveal(node, { select: true, focus: false });
  }

  /** Selects a process that was just attached, whose row the editor draws soon. */
  async showLocal(url: string): Promise<void> {
    await vscode.commands.executeCommand('controllerTuner.clusters.focus');
    for (
      const end = Date.now() + DRAWN_MS;
      Date.now() < end;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      })
    ) {
      const node = this.#tree.find(`locals/${url}`);
      if (node) {
        await this.tree.reveal(node, { select: true, focus: true });
        return;
      }
      // The row may be under a collapsed node.
      const parent = this.#tree.find('locals');
      if (parent) await this.tree.reveal(parent, { select: false, expand: true });
    }
  }

  /** The editor's source of nodes; tests inside the editor use it too. */
  get provider(): ClustersProvider {
    return this.#provider;
  }

  refresh(): void {
    this.#tree.update('now');
  }

  /**
   * Probes the replicas that are open in the tree again. `context` undefined: in every open context. `workload`: an id;
   * undefined: every workload.
   */
  probeAgain(context: string | undefined, workload?: string): Promise<void> {
    return this.#probeOpen({ again: true }, context, workload);
  }

  async #probeOpen(options: { readonly again?: boolean }, context?: string, workload?: string): Promise<void> {
    const { clusters, processes } = this.deps;
    const there = [...this.#open].flatMap((id) => {
      const s = this.#tree.find(id)?.row.item;
      if (
        s?.kind !== 'replica' ||
        (context !== undefined && s.context !== context) ||
        (workload !== undefined && s.workload.id !== workload)
      )
        return [];
      // The current state: rows of a hidden tree are outdated.
      const now = clusters.entry(s.context)?.cluster?.workload(s.workload.id);
      const replica = now?.replicas.find((r) => r.pod.uid === s.replica.pod.uid);
      return now && replica?.pod.phase === 'Running' ? [{ context: s.context, workload: now, replica }] : [];
    });
    // Failures become lines under their replicas.
    await mapLimit(there, PROBES_AT_ONCE, (s) =>
      processes.probe(s.context, s.workload, s.replica, options).catch(() => undefined),
    );
  }

  #data(): TreeData {
    const { clusters, processes, locals } = this.deps;
    return {
      loaded: clusters.loaded || this.#failure !== undefined,
      contexts: clusters.entries,
      problems: this.#failure ? [this.#failure.toJSON(), ...clusters.problems] : clusters.problems,
      locals: locals.urls,
      groupBy: settings.groupBy,
      showAll: settings.showAll,
      now: Date.now(),
      entry: (context) => clusters.entry(context),
      facts: (context, workload, replica) => processes.facts(context, workload, replica),
    };
  }

  #opening(row: TreeRow | undefined): Promise<void> | undefined {
    if (!row) return this.#load();
    const { item } = row;
    if (item.kind === 'context' && this.deps.clusters.entry(item.context)?.state === 'closed')
      this.#connect(item.context);
    return undefined;
  }

  async #load(): Promise<void> {
    try {
      await this.deps.clusters.load();
      this.#failure = undefined;
    } catch (e) {
      this.deps.log.problem('Reading the kubeconfig', e);
      this.#failure = withNextStep(e, 'host.load');
    }
    this.#tellContexts();
  }

  #connect(context: string): void {
    // The entry keeps the problem, and the tree shows it as lines under the context.
    this.deps.clusters.connect(context).catch(() => undefined);
  }

  /** Only once the user opens a replica may its process be probed. */
  #expanded({ item }: TreeRow): void {
    if (item.kind !== 'replica') return;
    const { context, workload, replica } = item;
    if (replica.pod.phase !== 'Running' || this.deps.processes.facts(context, workload, replica).state !== 'unknown')
      return;
    this.deps.processes.probe(context, workload, replica).catch(() => undefined);
  }

  #visible(visible: boolean): void {
    this.#tree.setVisible(visible);
    clearInterval(this.#ages);
    if (visible)
      this.#ages = setInterval(() => {
        this.#tree.update();
      }, AGE_STEP_MS);
  }

  #tellContexts(): void {
    const { clusters } = this.deps;
    set(
      'noContexts',
      clusters.loaded && clusters.entries.length === 0 && clusters.problems.every((p) => p.code === 'kube.noConfig'),
    );
  }

  #tellChoices(): void {
    set('groupBy', settings.groupBy);
    set('showAll', settings.showAll);
  }

  dispose(): void {
    this.#own.dispose();
  }
}

/** Sets one of our context keys, for `when` in package.json. */
function set(key: string, value: unknown): void {
  void vscode.commands.executeCommand('setContext', `controllerTuner.${key}`, value);
}
