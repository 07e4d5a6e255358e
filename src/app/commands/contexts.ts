/** Connecting to a context, disconnecting, and refreshing everything. */
import type { Choice } from '../editor';
import type { Parts } from '../parts';
import { guarded } from '../problems';
import { isNode } from '../tree/tree';
import { itemOf } from './argument';

export function connect(parts: Parts, arg: unknown): Promise<void | undefined> {
  return guarded(parts.editor.messages, 'Connect', () => connectChosen(parts, arg));
}

async function connectChosen(parts: Parts, arg: unknown): Promise<void> {
  const { clusters, editor } = parts;
  const name = await contextName(parts, arg, 'Connect', (state) => state !== 'open');
  if (name === undefined) return;
  const entry = clusters.entry(name);
  const fromTree = isNode(arg);
  try {
    await clusters.connect(name);
  } catch (e) {
    // The tree shows the problem under the context, but a user of the palette may not be looking there.
    if (!fromTree)
      void editor.messages.problem(e, {
        what: `Connect to ${entry?.info.name ?? name}`,
        actions: [{ title: 'Retry', run: () => connect(parts, undefined) }],
      });
  }
}

/**
 * Rereads the kubeconfig, re-lists the node's cluster (or every open one), and probes the processes that are open in
 * the tree.
 */
export async function refresh({ clusters, view }: Parts, arg: unknown): Promise<void> {
  const s = itemOf(arg);
  const context = s && 'context' in s ? s.context : undefined;
  await clusters.reload();
  for (const entry of clusters.entries)
    if (context === undefined || entry.info.name === context) entry.cluster?.relist();
  clusters.refreshAll();
  view.refresh();
  await view.probeAgain(context);
}

export async function disconnect(parts: Parts, arg: unknown): Promise<void> {
  const name = await contextName(parts, arg, 'Disconnect', (state) => state === 'open' || state === 'connecting');
  if (name !== undefined) parts.clusters.disconnect(name);
}

async function contextName(
  { clusters, editor }: Parts,
  arg: unknown,
  title: string,
  fits: (state: string) => boolean,
): Promise<string | undefined> {
  const s = itemOf(arg);
  if (s && 'context' in s) return s.context;
  await clusters.load();
  const entries = clusters.entries.filter((e) => fits(e.state));
  if (entries.length === 0) {
    void editor.messages.info(title === 'Connect' ? 'Every context is connected.' : 'No context is connected.');
    return undefined;
  }
  const { value } = await editor.picker.pick<string>({
    title,
    placeholder: 'Context',
    skipSingle: false,
    choices: () =>
      Promise.resolve(
        entries.map(({ info }): Choice<string> => ({
          label: info.name,
          description: info.current ? 'current' : '',
          detail: info.server,
          value: info.name,
        })),
      ),
  });
  return value;
}
