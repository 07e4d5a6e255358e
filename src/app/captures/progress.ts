/** What the user sees while captures are taken: a countdown that can be cancelled. */
import { progressText, secondsLeft, type TogetherProgress } from '../../captures/together';
import type { Progress } from '../editor';

/** A notification that counts down; its cancel button ends the requests at once. */
export function countDown<T>(
  progress: Progress,
  title: string,
  work: (signal: AbortSignal, onProgress: (progress: TogetherProgress) => void) => Promise<T>,
): Promise<T> {
  return progress.run(title, (signal, report) => {
    let longest = 0;
    let shown = 0;
    report('asking the process…');
    return work(signal, (p) => {
      const left = secondsLeft(p);
      longest = Math.max(longest, left);
      const share = longest === 0 ? 0 : ((longest - left) / longest) * 100;
      report(progressText(p), share > shown ? share - shown : undefined);
      shown = Math.max(shown, share);
    });
  });
}
