/** The settings of a module as a tree: what is set up, its settings, what was found. */
import * as vscode from 'vscode';
import type { Report } from '../../advice/analyzer';
import { plain, title } from '../../advice/markdown';
import { below } from '../../advice/paths';
import type { Finding, SetUp, Setting } from '../../advice/types';
import { rangeOf } from './diagnostics';
import { uriOf } from './uris';

export type Row =
  | { readonly kind: 'module'; readonly label: string; readonly versions: string; readonly rows: Row[] }
  | { readonly kind: 'group'; readonly label: string; readonly rows: Row[] }
  | {
      readonly kind: 'setUp';
      readonly file: string;
      readonly where: string;
      readonly setUp: SetUp;
      readonly rows: Row[];
    }
  | { readonly kind: 'setting'; readonly file: string; readonly setting: Setting }
  | { readonly kind: 'finding'; readonly file: string; readonly where: string; readonly finding: Finding };

/** What a module's review found. */
export interface Reviewed {
  readonly module: string;
  readonly dir: string;
  readonly versions: readonly string[];
  readonly reports: readonly Report[];
}

function rowsOf({ module, dir, versions, reports }: Reviewed): Row[] {
  const setUps = reports.flatMap(({ file, setUps: list }) =>
    list.map((setUp): Row => ({
      kind: 'setUp',
      file,
      where: below(dir, file),
      setUp,
      rows: setUp.settings.map((setting): Row => ({ kind: 'setting', file, setting })),
    })),
  );
  const findings = reports.flatMap(({ file, findings: list }) =>
    list.map((finding): Row => ({ kind: 'finding', file, where: below(dir, file), finding })),
  );
  const found: Row[] =
    findings.length > 0 ? [{ kind: 'group', label: `Findings (${findings.length})`, rows: findings }] : [];
  return [
    {
      kind: 'module',
      label: module === '' ? below('', dir) : module,
      versions: versions.join(' · '),
      rows: [...setUps, ...found],
    },
  ];
}

const ICONS: Readonly<Record<SetUp['kind'], string>> = {
  client: 'plug',
  manager: 'server-process',
  controller: 'sync',
  workers: 'server-process',
  component: 'package',
};

export class ReviewTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #rows: Row[] = [];

  show(reviewed: Reviewed): void {
    this.#rows = rowsOf(reviewed);
    this.#changed.fire(undefined);
  }

  getChildren(row?: Row): Row[] | undefined {
    if (row === undefined) return this.#rows;
    return 'rows' in row ? row.rows : undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    switch (row.kind) {
      case 'module':
        return look(row.label, { state: Expanded, description: row.versions, icon: 'folder-library' });
      case 'group':
        return look(row.label, { state: Collapsed, icon: 'lightbulb' });
      case 'setUp':
        return look(title(row.setUp), {
          state: row.rows.length > 0 ? Collapsed : None,
          description: row.setUp.line,
          icon: ICONS[row.setUp.kind],
          tooltip: `${plain(row.where)}: ${plain(row.setUp.line)}`,
          open: { file: row.file, span: row.setUp },
        });
      case 'setting': {
        const { setting } = row;
        const changed = setting.from !== 'default';
        return look(`${setting.name}: ${setting.value}`, {
          state: None,
          description: changed ? `default ${setting.default}` : 'default',
          icon: changed ? 'circle-filled' : 'circle-outline',
          tooltip: `${plain(setting.tells)} ${setting.cite === undefined ? '' : plain(setting.cite.text)}`.trim(),
          ...(setting.at !== undefined
            ? { open: { file: setting.at.file, span: setting.at } }
            : setting.cite !== undefined && { line: setting.cite }),
        });
      }
      case 'finding':
        return look(row.finding.message, {
          state: None,
          description: row.where,
          icon: row.finding.severity === 'warning' ? 'warning' : 'info',
          tooltip: plain(row.finding.message),
          open: { file: row.file, span: row.finding },
        });
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

interface Look {
  readonly state: vscode.TreeItemCollapsibleState;
  readonly icon: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  readonly open?: { readonly file: string; readonly span: { readonly start: number; readonly end: number } };
  readonly line?: { readonly file: string; readonly line: number };
}

function look(label: string, { state, icon, description, tooltip, open, line }: Look): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  if (description !== undefined) item.description = description;
  if (tooltip !== undefined) item.tooltip = new vscode.MarkdownString(tooltip);
  if (open) item.command = { command: 'controllerTuner.source.open', title: 'Open', arguments: [open.file, open.span] };
  else if (line)
    item.command = {
      command: 'vscode.open',
      title: 'Open',
      arguments: [uriOf(line.file).with({ fragment: `L${line.line}` })],
    };
  return item;
}

/** Opens a text with a span of it selected. */
export async function openAt(file: string, span: { readonly start: number; readonly end: number }): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uriOf(file));
  const range = rangeOf(document, span);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(range.start, range.start),
    preview: true,
  });
}
