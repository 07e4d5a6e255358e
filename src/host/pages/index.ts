/** The part of the editor that shows profiles: the custom editor of profile files and the way from a frame to its source. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { PROFILE_EDITOR } from '../captures/commands';
import { ProfileEditor, type PagesDeps } from './editor';
import { Sources } from './source';

export type { PagesDeps } from './editor';

/** Registers the custom editor. The caller disposes the answer. */
export function registerPages(context: vscode.ExtensionContext, deps: PagesDeps): vscode.Disposable {
  const own = new Disposables();
  const sources = own.add(new Sources());
  const editor = own.add(new ProfileEditor(context, sources, deps));
  own.add(vscode.window.registerCustomEditorProvider(PROFILE_EDITOR, editor, {
    supportsMultipleEditorsPerDocument: true,
    // The pages keep what matters in their state, so a hidden one costs nothing.
    webviewOptions: { retainContextWhenHidden: false, enableFindWidget: false },
  }));
  return own;
}
