/** What the session of a metrics page needs: made once, by the host. */
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
    /** Opens a capture and selects it in the list. */
    open(capture: Capture): Promise<void>;
  };
  readonly prometheuses: Prometheuses;
  /** Captures from the leader of the subject, or its only process; shows its own errors. */
  readonly capture: (kind: PprofKind, subject: Subject) => Promise<unknown>;
  /** Asks whose token to send to the process; true when the user chose one. */
  readonly authenticate: (subject: Subject) => Promise<boolean>;
  /** Shows text under a title until the user closes it, and offers to copy it. */
  readonly explain: (title: string, text: string) => Promise<void>;
}
