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
   * Opens what was taken together: before and after as their difference, the same kind of several processes as their
   * sum, of several kinds the first.
   */
  openTaken(captures: readonly Capture[]): Promise<void>;
}

/** The Clusters view, as far as commands need it. */
export interface ClustersPart {
  /** Shows a process that was attached just now. */
  showLocal(url: string): Promise<void>;
  /** Draws the tree anew. */
  refresh(): void;
  /**
   * Probes the processes of the replicas that are open once more; `context` undefined: of every open context;
   * `workload` is an id, undefined: of each.
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
  /** The profile of the last capture, for its page. */
  readonly checked: Pick<CheckedProfiles, 'keep'>;
  /** Reads a profile in a thread of its own. */
  readonly open: Opener;
  /** One will be read soon: its thread is made ready meanwhile. */
  readonly expectProfile: () => void;
}
