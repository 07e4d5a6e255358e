/** The line over a function and the hover: what the active profile says of it, and who calls it. */
import * as vscode from 'vscode';
import { percent, value } from '../../base/format';
import { valueText, type Whole } from '../../lines/words';
import type { PeekEntry } from '../../profile/types';
import type { ProfileValues, Shown } from './values';

const SHOW = 'controllerTuner.showInProfile';

/** What is active now; undefined while nothing is shown. */
export interface Current {
  readonly values: ProfileValues;
  readonly title: string;
}

export class Lenses implements vscode.CodeLensProvider {
  constructor(
    readonly onDidChangeCodeLenses: vscode.Event<void>,
    private readonly current: () => Current | undefined,
  ) {}

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const shown = await shownOf(document, this.current());
    if (!shown) return [];
    const { placed, whole, note } = shown;
    const at = (line: number): vscode.Range => new vscode.Range(line - 1, 0, line - 1, 0);
    const functions = placed.functions.map(
      ({ values, at: { line } }) =>
        new vscode.CodeLens(at(line), {
          title: `${valueText(values, whole)}${values.inlined ? ' · inlined' : ''}`,
          tooltip: `Show ${values.name} in the profile`,
          command: SHOW,
          arguments: [{ name: values.name }],
        }),
    );
    // A title without a command is text.
    return note === ''
      ? functions
      : [new vscode.CodeLens(at(1), { title: `$(warning) ${note}`, command: '' }), ...functions];
  }
}

/** Callers and callees of a function that a hover names. */
const MOST_EDGES = 5;

export class Hovers implements vscode.HoverProvider {
  constructor(private readonly current: () => Current | undefined) {}

  async provideHover(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Hover | undefined> {
    const current = this.current();
    const shown = await shownOf(document, current);
    if (!current || !shown) return undefined;
    const { placed, whole } = shown;
    const declared = placed.functions.find((f) => f.at.line === at.line + 1);
    const line = placed.lines.find((l) => l.line === at.line + 1);
    const name = declared?.values.name ?? line?.names[0];
    if (name === undefined) return undefined;
    const {
      values: { profile, looking },
    } = current;
    const id = await current.values.id(name);
    const peek = id === undefined ? undefined : await profile.peek({ ...looking, match: [id] });
    const entry = peek?.entries.find((e) => e.id === id);
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: [SHOW] };
    const names = new Map(peek?.frames.map((f) => [f.id, f.name]));
    const parts = [
      ...(line && !declared
        ? [
            '**This line**: ' +
              `${valueText(line, whole)}${line.unsure ? ' (the function changed since the program was built: the line may be another)' : ''}`,
          ]
        : []),
      `**${code(short(name))}**${entry ? `: ${valueText(entry, whole)}` : ''}`,
      ...(entry ? [edges('Called by', entry.callers, names, whole), edges('Calls', entry.callees, names, whole)] : []),
      `[Show in Profile](${showUri(name)}) ${plain(current.title)}`,
    ];
    text.appendMarkdown(parts.filter((p) => p !== '').join('\n\n'));
    return new vscode.Hover(text, document.lineAt(at.line).range);
  }
}

async function shownOf(document: vscode.TextDocument, current: Current | undefined): Promise<Shown | undefined> {
  // The profile may be closed while it is asked.
  const shown = await current?.values.of(document).catch(() => undefined);
  return shown && 'placed' in shown ? shown : undefined;
}

function edges(
  what: string,
  list: PeekEntry['callers'],
  names: ReadonlyMap<number, string>,
  { total, unit }: Whole,
): string {
  if (list.length === 0) return '';
  const rows = list.slice(0, MOST_EDGES).map((e) => {
    const name = names.get(e.id) ?? '';
    return (
      `| ${value(e.value, unit)} | ${total === 0 ? '' : percent(e.value / total)} | ` +
      `[${code(short(name))}](${showUri(name)})${e.inlined ? ' inlined' : ''} |`
    );
  });
  const more = list.length > MOST_EDGES ? `\n\n${list.length - MOST_EDGES} more` : '';
  return `${what}\n\n| | | |\n|--:|--:|:--|\n${rows.join('\n')}${more}`;
}

function showUri(name: string): string {
  return `command:${SHOW}?${encodeURIComponent(JSON.stringify([{ name }]))}`;
}

/** Without the folders of the import path: "work.(*W).Do". */
function short(name: string): string {
  return name.replace(/^[^([]*\//, '');
}

/** A stranger's text: no Markdown in it. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&');
}
