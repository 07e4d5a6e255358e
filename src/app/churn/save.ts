/** Saves the recorded changes as files. */
import { Problem } from '../../base/problem';
import type { Churn } from '../../churn/churn';
import { csv, kubberneckerWatch, markdown, report, rowsOf } from '../../churn/report';
import type { ChurnFile } from '../../protocol/churn';
import type { Messages } from '../editor';
import { fileNameOf, type FileDialogs } from '../pages/panel';

export interface SaveChurnOptions {
  readonly title: string;
  readonly dialogs: FileDialogs;
  readonly messages: Messages;
}

/** Asks where to save, and writes. Throws Problem `churn.nothingYet` when nothing has changed so far. */
export async function saveChurn(
  what: ChurnFile,
  churn: Churn,
  { title, dialogs, messages }: SaveChurnOptions,
): Promise<void> {
  if (rowsOf(churn).length === 0)
    throw new Problem('churn.nothingYet', 'Nothing has changed yet: there is nothing to save.', {
      next: 'Wait for the first change.',
    });
  const now = Date.now();
  const { text, extension, filter } = {
    json: () => ({ text: `${JSON.stringify(report(churn, now), null, 2)}\n`, extension: 'json', filter: 'JSON' }),
    csv: () => ({ text: csv(churn), extension: 'csv', filter: 'CSV' }),
    markdown: () => ({ text: markdown(churn, now, title), extension: 'md', filter: 'Markdown' }),
    kubbernecker: () => ({ text: `${kubberneckerWatch(churn)}\n`, extension: 'json', filter: 'kubbernecker watch' }),
  }[what]();
  const stem = title
    .replaceAll(/[^\w.-]+/g, '-')
    .toLowerCase()
    .slice(0, 80);
  const name = `${stem}${what === 'kubbernecker' ? '-kubbernecker' : ''}.${extension}`;
  const to = await dialogs.save({ title: `Save ${name}`, name, filter, extension }, () =>
    Promise.resolve(new TextEncoder().encode(text)),
  );
  if (to) void messages.info(`Saved ${fileNameOf(to)}.`);
}
