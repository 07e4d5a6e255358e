/** The kubeconfig files of this user, watched, and the sessions opened from them. */
import { abortError } from '../base/abort';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Emitter, type Disposable } from '../base/dispose';
import { Problem, type ProblemData } from '../base/problem';
import type { CredentialOptions } from './auth/credentials';
import type { LoadedContexts, ParsedFile } from './kubeconfig/entries';
import { kubeconfigPlaces } from './kubeconfig/places';
import { readContexts } from './kubeconfig/read';
import { FileWatch } from './kubeconfig/watchFiles';
import { Session } from './session';
import type { ContextInfo, Kubeconfigs, KubeSession } from './types';

export interface KubeconfigsOptions {
  /** KUBECONFIG, HTTPS_PROXY, NO_PROXY, and the variables that exec plugins inherit. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The home folder, for `~`. Default: the user's own. */
  readonly home?: string;
  /** This file alone, in place of KUBECONFIG, `~/.kube/config` and more files. Default: none. */
  readonly only?: string;
  /** More files, beside those of KUBECONFIG; asked for at each load. Default: none. */
  readonly extraFiles?: () => readonly string[];
  /** May exec plugins run (a trusted workspace)? Asked at each run. Default: yes. */
  readonly allowExec?: () => boolean;
  /** Lines for an output channel: requests, times, never credentials. Default: nowhere. */
  readonly log?: (line: string) => void;
}

export class FileKubeconfigs implements Kubeconfigs {
  readonly #emitter = new Emitter<void>();
  readonly onDidChange: (listener: () => void) => Disposable = this.#emitter.event;
  readonly #watch = new FileWatch(() => {
    this.#emitter.fire();
  });
  readonly #sessions = new Map<string, { readonly fingerprint: string; readonly session: Session }>();
  /** Sessions whose entries have changed since, still open for their users. */
  readonly #old = new Set<Session>();
  /** The last readable content of each file; in memory only, like the sessions' credentials. */
  readonly #kept = new Map<string, ParsedFile>();
  #disposed = false;

  constructor(private readonly options: KubeconfigsOptions) {}

  async load(): Promise<{ readonly contexts: readonly ContextInfo[]; readonly problems: readonly ProblemData[] }> {
    const { contexts, problems } = await this.#read();
    return { contexts: contexts.map((c) => c.info), problems };
  }

  /**
   * Reads the files afresh. A session whose entries have changed is not closed here, since a capture may run through
   * it: the caller that gets another one disposes the old one. Throws Problem `kube.context`, `kube.noConfig`…
   */
  async session(context: string): Promise<KubeSession> {
    const { contexts, problems } = await this.#read();
    const found = contexts.find((c) => c.info.name === context);
    if (!found) {
      const first = problems[0];
      if (contexts.length === 0 && first) throw Problem.fromJSON(first);
      throw new Problem('kube.context', `There is no context ${context} in the kubeconfig any more.`, {
        next: 'Refresh and choose another.',
      });
    }
    if (this.#disposed) throw abortError('The kubeconfigs were closed.');
    // `current` belongs to the list, not to the cluster: switching to another context closes nothing.
    const fingerprint = JSON.stringify([found.cluster, found.user, { ...found.info, current: false }]);
    const open = this.#sessions.get(context);
    if (open && !open.session.disposed) {
      if (open.fingerprint === fingerprint) return open.session;
      this.#old.add(open.session);
    }
    for (const s of this.#old) if (s.disposed) this.#old.delete(s);
    const session = new Session(found, this.#credentialOptions());
    this.#sessions.set(context, { fingerprint, session });
    return session;
  }

  dispose(): void {
    this.#disposed = true;
    this.#watch.dispose();
    this.#emitter.dispose();
    for (const { session } of this.#sessions.values()) session.dispose();
    for (const session of this.#old) session.dispose();
    this.#sessions.clear();
    this.#kept.clear();
    this.#old.clear();
  }

  #read(): Promise<LoadedContexts> {
    const { env = process.env, home = homedir(), only, extraFiles } = this.options;
    const places =
      only === undefined
        ? kubeconfigPlaces(env, home, extraFiles?.() ?? [])
        : { merged: [resolve(only)], extra: [], fromEnv: false };
    this.#watch.set([...places.merged, ...places.extra]);
    return readContexts(places, this.#kept);
  }

  #credentialOptions(): CredentialOptions {
    const { env = process.env, allowExec, log } = this.options;
    return { env, allowExec: allowExec ?? (() => true), log: log ?? (() => undefined) };
  }
}
