/** A page in a tab of the editor: its bundle loaded, and the way to it. */
import * as vscode from 'vscode';
import { pageHtml } from '../../protocol/html';
import type { Port } from '../../protocol/channel';

/** `bundles`: the folder of the pages, the only one that a page may load from. */
export function portOf({ webview }: vscode.WebviewPanel, bundles: vscode.Uri): Port {
  webview.options = { enableScripts: true, localResourceRoots: [bundles] };
  return {
    post: (m) => {
      void webview.postMessage(m);
    },
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
  };
}

/** Shows a page by the name of its bundle; the one that was there before is gone. `title`: for the screen reader. */
export function loadPage({ webview }: vscode.WebviewPanel, bundles: vscode.Uri, page: string, title: string): void {
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(bundles, file)).toString();
  webview.html = pageHtml({
    cspSource: webview.cspSource,
    scriptUri: uri(`${page}.js`),
    styleUri: uri(`${page}.css`),
    title,
  });
}
