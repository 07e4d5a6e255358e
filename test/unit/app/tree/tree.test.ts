import { afterEach, expect, it, vi } from 'vitest';
import { ClustersTree, type TreeNode } from '../../../../src/app/tree/tree';
import type { TreeData } from '../../../../src/app/tree/rows';

let tree: ClustersTree | undefined;
afterEach(() => {
  tree?.dispose();
  vi.useRealTimers();
});

const data = (locals: readonly string[]): TreeData => ({
  loaded: true,
  contexts: [],
  problems: [],
  locals,
  groupBy: 'namespace',
  showAll: false,
  now: 0,
  entry: () => undefined,
  facts: () => ({ state: 'unknown', endpoints: [], controllers: undefined, problems: [], auth: '' }),
});

/** The tree of local processes, all of it asked for. */
async function opened(locals: string[]): Promise<{ parent: TreeNode; fired: (TreeNode[] | undefined)[] }> {
  vi.useFakeTimers();
  tree = new ClustersTree({ data: () => data(locals), opening: () => undefined });
  const [parent] = await tree.children();
  if (!parent) throw new Error('no row');
  await tree.children(parent);
  const fired: (TreeNode[] | undefined)[] = [];
  tree.onDidChange((nodes) => fired.push(nodes));
  return { parent, fired };
}

it('tells of nothing when all looks the same', async () => {
  const { fired } = await opened(['http://a:1']);
  tree?.update('now');
  vi.runAllTimers();
  expect(fired).toEqual([]);
});

it('tells of the node under which a row came, and keeps the nodes of the others', async () => {
  const locals = ['http://a:1'];
  const { parent, fired } = await opened(locals);
  const before = tree?.find('locals/http://a:1');
  locals.push('http://b:2');
  tree?.update('now');
  vi.runAllTimers();
  expect(fired).toEqual([[parent]]);
  const children = await tree?.children(parent);
  expect(children?.map((n) => n.row.id)).toEqual(['locals/http://a:1', 'locals/http://b:2']);
  expect(children?.[0]).toBe(before);
});

it('does nothing while it is hidden, and catches up when it is shown', async () => {
  const locals = ['http://a:1'];
  const { fired } = await opened(locals);
  tree?.setVisible(false);
  locals.pop();
  tree?.update('now');
  vi.runAllTimers();
  expect(fired).toEqual([]);
  tree?.setVisible(true);
  vi.runAllTimers();
  expect(fired).toEqual([undefined]);
});
