/** Saves what a page shows to a file that the user chooses. */
import type { Of } from '../../protocol/channel';
import type { FromFlamePage, SaveForm } from '../../protocol/flame';
import type { Questions } from '../../profile/types';
import type { Messages } from '../editor';
import type { FileDialogs } from './panel';

type Save = Of<FromFlamePage, 'save'>;

const FORMS: Readonly<Record<SaveForm, { readonly extension: string; readonly filter: string }>> = {
  pprof: { extension: 'pb.gz', filter: 'pprof profile' },
  folded: { extension: 'folded.txt', filter: 'Folded stacks' },
  svg: { extension: 'svg', filter: 'SVG picture' },
  png: { extension: 'png', filter: 'PNG picture' },
  csv: { extension: 'csv', filter: 'Comma-separated values' },
  markdown: { extension: 'md', filter: 'Markdown' },
};

export interface SaveDeps {
  readonly dialogs: FileDialogs;
  readonly messages: Messages;
}

/**
 * Asks where to save, then writes. `name`: the proposed file name. Forms of the profile itself are made in its thread.
 */
export async function save(m: Save, profile: Questions, name: string, { dialogs, messages }: SaveDeps): Promise<void> {
  const { extension, filter } = FORMS[m.form];
  const file = `${name.replace(/(\.pb)?(\.gz)?$/, '').replace(/[\\/:*?"<>|\s]+/g, '-')}.${extension}`;
  const to = await dialogs.save(
    { title: `Save as ${filter}`, saveLabel: 'Save', name: file, filter, extension },
    () => bytesOf(m, profile),
    (chosen) => `Writing ${chosen}`,
  );
  if (to) void messages.info(`Saved to ${to.fsPath}.`);
}

async function bytesOf(m: Save, profile: Questions): Promise<Uint8Array> {
  switch (m.form) {
    case 'pprof':
      return profile.encode({ part: m.part });
    case 'folded':
      return profile.folded({ sampleType: m.sampleType, part: m.part });
    default:
      return typeof m.data === 'string' ? new TextEncoder().encode(m.data) : (m.data ?? new Uint8Array());
  }
}
