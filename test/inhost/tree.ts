/** The tree's data, from the real cluster: what the editor asks the provider for, asked for here. */
import * as assert from 'node:assert/strict';
import type { Suite } from 'mocha';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension';
import type { TreeNode } from '../../src/app/tree/tree';
import { until } from '../lib/until';
import { describe, EXTENSION } from './support';

/** Context of the test cluster's kubeconfigs (test/cluster/cluster.mjs). */
const CONTEXT = 'tuner-test';

export function tree(parent: Suite): void {
  const provider = async () =>
    (await ((await vscode.extensions.getExtension<Api>(EXTENSION)?.activate()) ?? assert.fail('not installed')).parts())
      .view.provider;
  const under = async (node: TreeNode | undefined, label: string): Promise<TreeNode> => {
    const p = await provider();
    return until(
      async () => (await p.getChildren(node)).find((n) => n.row.appearance.label === label),
      `"${label}" in the tree`,
    );
  };

  describe(parent, 'clusters tree', {
    async 'lists the contexts of KUBECONFIG, the current one marked'() {
      const context = await under(undefined, CONTEXT);
      assert.match(context.row.appearance.description, /current/);
    },

    async 'shows namespaces, workloads and replicas of the real cluster, with the leader first and marked'() {
      const context = await under(undefined, CONTEXT);
      const namespace = await under(context, 'widgets-system');
      const workload = await under(namespace, 'widgets-controller');
      const p = await provider();
      const replicas = await until(async () => {
        const nodes = await p.getChildren(workload);
        return nodes.length === 2 && nodes[0]?.row.appearance.description.startsWith('leader') ? nodes : undefined;
      }, 'two replicas, the leader first');
      assert.equal(replicas.filter((n) => n.row.appearance.description.includes('leader')).length, 1);
      for (const n of replicas) {
        assert.match(n.row.appearance.label, /^…-[a-z0-9]{5}$/);
        assert.match(n.row.appearance.spoken ?? '', /^replica widgets-controller-/);
      }
    },

    async 'gives an editor item with a spoken label and a menu context for each node'() {
      const p = await provider();
      const item = p.getTreeItem(await under(undefined, CONTEXT));
      assert.equal(item.id?.includes(CONTEXT), true);
      assert.match(item.accessibilityInformation?.label ?? '', /^context tuner-test, current/);
      assert.match(item.contextValue ?? '', /^context open current$/);
    },

    async 'leaves out what is no controller until it is asked for'() {
      const context = await under(undefined, CONTEXT);
      const p = await provider();
      const labels = async (): Promise<string[]> => (await p.getChildren(context)).map((n) => n.row.appearance.label);
      assert.equal((await labels()).includes('workshop'), false);
      await vscode.commands.executeCommand('controllerTuner.showAllWorkloads');
      await until(async () => (await labels()).includes('workshop'), 'the namespace of the load generator');
      await vscode.commands.executeCommand('controllerTuner.showControllersOnly');
      await until(async () => !(await labels()).includes('workshop'), 'the controllers alone');
    },
  });
}
