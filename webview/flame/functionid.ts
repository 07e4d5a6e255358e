/**
 * The id that the open file has for a function of this name, in the part that is looked at; undefined when it isn't
 * there.
 */
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
