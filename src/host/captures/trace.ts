/** Opens an execution trace. Only Go's own viewer can show it, and we run it only when the user agrees. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findGo } from '../../app/captures/go';

const OPEN = 'Open in go tool trace';
const COPY = 'Copy Command';

/** Says what the viewer needs, and runs it if the user wants. `name`: as in the tree. */
export async function openTrace(file: string, name: string): Promise<void> {
  const command = `go tool trace ${quoted(file)}`;
  const go = vscode.workspace.isTrusted ? await findGo() : undefined;
  const text = !vscode.workspace.isTrusted
    ? `"${name}" is an execution trace, which go tool trace shows. In a workspace that you don't trust no program ` +
      'is run: trust it, or run the command in a terminal of your own.'
    : go === undefined
      ? `"${name}" is an execution trace. Only go tool trace shows it, and there is no go on this machine: neither ` +
        'on the PATH nor in GOROOT. Install Go, or run the command where it is.'
      : `"${name}" is an execution trace. go tool trace shows it in a browser, and listens on a port of 127.0.0.1 ` +
        'for that, until you close its terminal.';
  const answer = await vscode.window.showInformationMessage(text, ...(go === undefined ? [COPY] : [OPEN, COPY]));
  if (answer === COPY) await vscode.env.clipboard.writeText(command);
  if (answer === OPEN && go !== undefined) run(go, file);
}

/**
 * Runs it in a terminal: the user sees its output, including its address, and stops the server by closing the terminal.
 */
function run(go: string, file: string): void {
  const terminal = vscode.window.createTerminal({
    name: 'go tool trace',
    shellPath: go,
    shellArgs: ['tool', 'trace', '-http=127.0.0.1:0', file],
    cwd: path.dirname(file),
    iconPath: new vscode.ThemeIcon('history'),
    // Don't download another toolchain for it.
    env: { GOTOOLCHAIN: 'local' },
  });
  terminal.show();
}

function quoted(file: string): string {
  return /^[\w./:\\-]+$/.test(file)
    ? file
    : process.platform === 'win32'
      ? `"${file}"`
      : `'${file.replaceAll("'", `'\\''`)}'`;
}
