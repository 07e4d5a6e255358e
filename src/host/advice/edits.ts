/** Fixes as edits of the workspace. */
import * as vscode from 'vscode';
import type { Changed } from '../../advice/fixall';
import { lineEdits } from '../../advice/diff';
import { editsByFile } from '../../advice/text';
import type { Edit, Fix } from '../../advice/types';
import { uriOf } from './uris';

export interface EditOptions {
  /** Text of a file at the version that the fix was made for; undefined: the file is new. */
  readonly textOf: (path: string) => string | undefined;
  /** The file that the fix was found in. */
  readonly own: string;
  /** The person sees what changes before it does. */
  readonly confirm?: string;
  /** The person may type over what the fix proposes; only for a text that is open. */
  readonly stops?: boolean;
}

export function workspaceEdit(fix: Pick<Fix, 'edits'>, options: EditOptions): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const [path, edits] of editsByFile(fix, options.own)) fill(edit, path, edits, options.textOf(path), options);
  return edit;
}

/** Whole files that changed, each by the lines that differ. */
export function changesEdit(changes: ReadonlyMap<string, Changed>, confirm: string | undefined): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const [path, { before, after }] of changes)
    fill(edit, path, lineEdits(before ?? '', after), before, { ...(confirm !== undefined && { confirm }) });
  return edit;
}

function fill(
  edit: vscode.WorkspaceEdit,
  path: string,
  edits: readonly Edit[],
  before: string | undefined,
  { confirm, stops }: Pick<EditOptions, 'confirm' | 'stops'>,
): void {
  const uri = uriOf(path);
  const metadata: vscode.WorkspaceEditEntryMetadata | undefined =
    confirm === undefined ? undefined : { needsConfirmation: true, label: confirm };
  if (before === undefined) {
    edit.createFile(
      uri,
      { contents: new TextEncoder().encode(edits.map((e) => e.text).join('')), overwrite: false },
      metadata,
    );
    return;
  }
  const at = positions(before);
  edit.set(
    uri,
    edits.map((e): [vscode.TextEdit | vscode.SnippetTextEdit, vscode.WorkspaceEditEntryMetadata | undefined] => {
      const range = new vscode.Range(at(e.start), at(e.end));
      if (stops !== true || (e.stops?.length ?? 0) === 0) return [new vscode.TextEdit(range, e.text), metadata];
      const snippet = new vscode.SnippetTextEdit(range, snippetOf(e));
      // The indentation is the fix's own already.
      snippet.keepWhitespace = true;
      return [snippet, metadata];
    }) as [vscode.TextEdit | vscode.SnippetTextEdit, vscode.WorkspaceEditEntryMetadata][],
  );
}

/** The edit's text with a placeholder at each stop, in the order that the fix gives. */
function snippetOf({ text, stops = [] }: Edit): vscode.SnippetString {
  const sorted = stops.map((stop, i) => ({ ...stop, number: i + 1 })).sort((a, b) => a.start - b.start);
  const snippet = new vscode.SnippetString();
  let done = 0;
  for (const { start, end, number } of sorted) {
    snippet.appendText(text.slice(done, start)).appendPlaceholder((s) => {
      s.appendText(text.slice(start, end));
    }, number);
    done = end;
  }
  return snippet.appendText(text.slice(done));
}

/** The editor's positions of offsets. One pass over the text, then a search for each. */
function positions(text: string): (offset: number) => vscode.Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return new vscode.Position(low, offset - (starts[low] ?? 0));
  };
}
