/** Opens profiles in threads of their own. */
import * as path from 'node:path';
import type * as vscode from 'vscode';
import type { Opener } from '../../captures/check';
import { openInThread } from '../../profile/thread/client';

/** An `Opener` on dist/profile-thread.js, which lies beside the extension's bundle. */
export function threadOpener(context: vscode.ExtensionContext): Opener {
  const script = path.join(context.extensionPath, 'dist', 'profile-thread.js');
  // The thread takes the bytes' memory; a Buffer may be a piece of Node's pool, which must stay here.
  return (bytes, options, signal) => openInThread(script, Buffer.isBuffer(bytes) ? new Uint8Array(bytes) : bytes, options, signal);
}
