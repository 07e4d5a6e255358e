/** The HTML document that all pages share: a bundle, its styles, and a policy that lets nothing else run or load. */

export interface PageHtml {
  /** The webview's own source, `webview.cspSource`: the only place that things are loaded from. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** For screen readers; the tab has a title of its own. */
  readonly title: string;
}

/** The page's script builds everything in #app. The id of the style sheet is where vscode-icon looks for codicons. */
export function pageHtml({ cspSource, scriptUri, styleUri, title }: PageHtml): string {
  const policy = [
    "default-src 'none'",
    ...['img-src', 'font-src', 'style-src', 'script-src'].map((d) => `${d} ${cspSource}`),
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escape(styleUri)}">
</head>
<body>
<div id="app"></div>
<script src="${escape(scriptUri)}"></script>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
