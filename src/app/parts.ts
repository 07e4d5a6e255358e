/** What the commands work with: each made once, by the host. */
import type { Opener } from '../captures/check';
import type { CheckedProfiles } from '../captures/checked';
import type { CaptureStore } from '../captures/store';
import type { Capture } from '../captures/types';
import type { EndpointMemory } from '../cluster/memory';
import type { Clusters } from './clusters';
import type { Editor } from './editor';
import type { Locals } from './locals';
import type { Processes } from './processes/processes';

/** The list of captures, as far as commands need it. */
export interface CapturesPart {
  readonly store: CaptureStore;
  /**
   * Opens captures that were taken together: before and after as a difference, the same kind of several processes as a
   * sum, and of several kinds the first.
   */
  openTaken(captures: readonly Capture[]): Promise<void>;
}

/** The Clusters view, as far as commands need it. */
export interface ClustersPart {
  /** Selects a process that was just attached. */
  showLocal(url: string): Promise<void>;
  /** Redraws the tree. */
  refresh(): void;
  /**
   * Probes the replicas that are open in the tree again. `context` undefined: in every open context. `workload`: an id;
   * undefined: every workload.
   */
  probeAgain(context: string | undefined, workload?: string): Promise<void>;
}

export interface Parts {
  readonly editor: Editor;
  readonly clusters: Clusters;
  readonly processes: Processes;
  readonly locals: Locals;
  readonly memory: EndpointMemory;
  readonly view: ClustersPart;
  readonly captures: CapturesPart;
  /** Keeps the profile of the last capture, for its page. */
  readonly checked: Pick<CheckedProfiles, 'keep'>;
  /** Opens a profile in a thread of its own. */
  readonly open: Opener;
  /** A profile will be opened soon: prepares its thread. */
  readonly expectProfile: () => void;
}
