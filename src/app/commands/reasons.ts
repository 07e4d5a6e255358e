/** Why a workload is or isn't considered a controller. */
import type { Parts } from '../parts';
import type { Item } from '../tree/rows';

/** Copies the reasons to the clipboard as text. */
export async function copyReasons({ editor }: Parts, item: Item | undefined): Promise<void> {
  if (!item || !('workload' in item)) return;
  const { kind, namespace, name, isController, score, reasons } = item.workload;
  const lines = [
    `${kind} ${namespace}/${name}: ${isController ? 'taken for a controller' : 'not taken for a controller'} ` +
      `(score ${score})`,
    ...reasons.map((r) => `- ${r.text} (${r.weight})`),
  ];
  await editor.copy(`${lines.join('\n')}\n`);
  editor.messages.briefly(`Copied why ${name} is ${isController ? 'a controller' : 'not one'}.`);
}
