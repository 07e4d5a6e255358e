/** A page in an editor tab: loads its bundle and provides the channel to it. */
import * as vscode from 'vscode';
import type { PagePanel } from '../../app/pages/panel';
import { pageHtml } from '../../protocol/html';

/** `bundles`: the folder of the pages' bundles, the only one that a page may load from. */
export function pagePanel(panel: vscode.WebviewPanel, bundles: vscode.Uri): PagePanel {
  const { webview } = panel;
  webview.options = { enableScripts: true, localResourceRoots: [bundles] };
  return {
    get visible() {
      return panel.visible;
    },
    onDidChangeVisible: (listener) => panel.onDidChangeViewState(listener),
    post: (m) => {
      void webview.postMessage(m);
    },
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
    load: (page, title) => {
      const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(bundles, file)).toString();
      webview.html = pageHtml({
        cspSource: webview.cspSource,
        scriptUri: uri(`${page}.js`),
        styleUri: uri(`${page}.css`),
        title,
      });
    },
    reveal: () => {
      panel.reveal();
    },
  };
}
