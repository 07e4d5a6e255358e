/** What a metrics page's session works with: made once, by the host. */
import type { Capture, PprofKind } from '../../captures/types';
import type { Clusters } from '../clusters';
import type { Editor } from '../editor';
import type { FileDialogs } from '../pages/panel';
import type { CapturesPart } from '../parts';
import type { Prometheuses } from './prometheus/prometheuses';
import type { Subject } from './subject';

export interface MetricsDeps {
  readonly editor: Pick<Editor, 'log' | 'settings' | 'picker' | 'messages' | 'copy'>;
  readonly dialogs: Pick<FileDialogs, 'save'>;
  readonly clusters: Pick<Clusters, 'entry' | 'connect' | 'onDidChange'>;
  readonly captures: Pick<CapturesPart, 'store'> & {
    /** Opens one and marks it in the list. */
    open(capture: Capture): Promise<void>;
  };
  readonly prometheuses: Prometheuses;
  /** Captures from the leader of the subject, or its only process; shows its own errors. */
  readonly capture: (kind: PprofKind, subject: Subject) => Promise<unknown>;
  /** Asks whose token to send to the process; true when one was chosen. */
  readonly authenticate: (subject: Subject) => Promise<boolean>;
  /** Shows some sentences under a title until they are closed, and offers to copy them. */
  readonly explain: (title: string, text: string) => Promise<void>;
}
