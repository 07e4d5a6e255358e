/** What a person sees while captures are taken: a countdown that can be cancelled. */
import * as vscode from 'vscode';
import { progressText, secondsLeft, type TogetherProgress } from '../../captures/together';

/** A notification that counts down, with a cancel that ends the requests at once. */
export function whileShown<T>(
  title: string,
  work: (signal: AbortSignal, tell: (progress: TogetherProgress) => void) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, cancel) => {
      const stop = new AbortController();
      cancel.onCancellationRequested(() => {
        stop.abort();
      });
      let longest = 0;
      let shown = 0;
      progress.report({ message: 'asking the process…' });
      return work(stop.signal, (p) => {
        const left = secondsLeft(p);
        longest = Math.max(longest, left);
        const share = longest === 0 ? 0 : ((longest - left) / longest) * 100;
        progress.report({ message: progressText(p), ...(share > shown && { increment: share - shown }) });
        shown = Math.max(shown, share);
      });
    },
  );
}
