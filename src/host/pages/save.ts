/** Writing what a page shows to a file of the person's choice. */
import * as vscode from 'vscode';
import type { Questions } from '../../profile/types';
import type { Of } from '../../protocol/channel';
import type { FromFlamePage } from '../../protocol/flame';

type Save = Of<FromFlamePage, 'save'>;

const FORMS: Readonly<Record<Save['form'], { readonly ending: string; readonly filter: string }>> = {
  pprof: { ending: 'pb.gz', filter: 'pprof profile' },
  folded: { ending: 'folded.txt', filter: 'Folded stacks' },
  svg: { ending: 'svg', filter: 'SVG picture' },
  png: { ending: 'png', filter: 'PNG picture' },
  csv: { ending: 'csv', filter: 'Comma-separated values' },
  markdown: { ending: 'md', filter: 'Markdown' },
};

/** Asks where to, then writes. `name`: of what is shown, the file's proposed name. The profile's own forms are made by its thread. */
export async function save(m: Save, profile: Questions, name: string): Promise<void> {
  const { ending, filter } = FORMS[m.form];
  const file = `${name.replace(/(\.pb)?(\.gz)?$/, '').replace(/[\\/:*?"<>|\s]+/g, '-')}.${ending}`;
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const to = await vscode.window.showSaveDialog({
    title: `Save as ${filter}`,
    saveLabel: 'Save',
    filters: { [filter]: [ending.slice(ending.lastIndexOf('.') + 1)] },
    ...(home && { defaultUri: vscode.Uri.joinPath(home, file) }),
  });
  if (!to) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Writing ${to.path.slice(to.path.lastIndexOf('/') + 1)}` },
    async () => {
      await vscode.workspace.fs.writeFile(to, await bytesOf(m, profile));
    },
  );
  void vscode.window.showInformationMessage(`Saved to ${to.fsPath}.`);
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
