/** The open file's id for the function of this name; undefined when the part that is shown doesn't have it. */
import type { FlameChannel } from './channel';
import type { Subject } from './pane';
import { exactly } from './part';

export async function functionId(
  host: FlameChannel,
  { sampleType, part }: Subject,
  name: string,
): Promise<number | undefined> {
  const { entries } = await host.ask({
    type: 'peek',
    query: { sampleType, part, match: exactly(name) },
  });
  return entries[0]?.id;
}
