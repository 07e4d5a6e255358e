/** The id that the open file has for a function of this name, in the part that is looked at; undefined when it isn't there. */
import type { Host } from '../shared/host';
import type { Subject } from './pane';
import { exactly } from './part';

export async function named(host: Host, { sampleType, part }: Subject, name: string): Promise<number | undefined> {
  const { entries } = await host.question('peek', { sampleType, part, match: exactly(name) });
  return entries[0]?.id;
}
