/** Opens a cluster for one command, and closes it whatever happens. */
import * as path from 'node:path';
import { Cluster } from '../cluster/cluster';
import { EndpointMemory } from '../cluster/memory';
import type { Knowledge } from '../cluster/endpoints';
import type { Auth } from '../cluster/reach';
import type { Pins } from '../cluster/pins';
import { Problem, type ProblemData } from '../base/problem';
import { loadKube } from '../kube/load';
import type { ContextInfo, Kubeconfigs, KubeSession } from '../kube/types';
import type { ClusterArgs, TokenChoice } from './jobs';

export interface Opened {
  readonly cluster: Cluster;
  readonly context: ContextInfo;
}

/**
 * Connects, waits for the first lists, runs `use`, and closes everything. `namespace` is listed even when the user may
 * not list all namespaces.
 */
export async function withCluster<T>(
  args: ClusterArgs & { readonly namespace?: string | undefined },
  signal: AbortSignal,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const kubeconfigs = await openKubeconfigs(args.kubeconfig);
  let cluster: Cluster | undefined;
  try {
    const context = await chooseContext(kubeconfigs, args);
    const session = await kubeconfigs.session(context.name);
    cluster = new Cluster(session, {
      namespaces: args.namespace === undefined ? [] : [args.namespace],
      marked: () => ({}),
    });
    await cluster.whenReady(signal);
    return await use({ cluster, context });
  } finally {
    cluster?.dispose();
    kubeconfigs.dispose();
  }
}

/** Only the connection, without lists of what runs. */
export async function withSession<T>(args: ClusterArgs, use: (session: KubeSession) => Promise<T>): Promise<T> {
  const kubeconfigs = await openKubeconfigs(args.kubeconfig);
  try {
    return await use(await kubeconfigs.session((await chooseContext(kubeconfigs, args)).name));
  } finally {
    kubeconfigs.dispose();
  }
}

async function openKubeconfigs(file: string | undefined): Promise<Kubeconfigs> {
  const { createKubeconfigs } = await loadKube();
  return createKubeconfigs({ env: process.env, ...(file !== undefined && { only: path.resolve(file) }) });
}

async function chooseContext(kubeconfigs: Kubeconfigs, { context, kubeconfig }: ClusterArgs): Promise<ContextInfo> {
  const { contexts, problems } = await kubeconfigs.load();
  const [problem] = problems;
  // When the user named a file, its problem is the answer.
  if (problem && (kubeconfig !== undefined || contexts.length === 0)) throw here(problem);
  const chosen =
    context === undefined ? (contexts.find((c) => c.current) ?? contexts[0]) : contexts.find((c) => c.name === context);
  if (!chosen) {
    throw new Problem('inspect.noContext', `The kubeconfig has no context "${context}".`, {
      next: `It has: ${contexts.map((c) => c.name).join(', ') || 'none'}.`,
    });
  }
  if (chosen.problem) throw Problem.fromJSON(chosen.problem);
  return chosen;
}

const NO_FILE: ReadonlySet<string> = new Set(['kube.noConfig', 'kube.noContext']);

/** On the command line, the next step is an option instead of the editor's setting. */
function here(problem: ProblemData): Problem {
  return Problem.fromJSON(
    NO_FILE.has(problem.code) ? { ...problem, next: 'Name another with --kubeconfig, or in KUBECONFIG.' } : problem,
  );
}

/** What is known in advance: only the choice of token and, if given, a pinned endpoint. */
export function knowledge(pins: Pins = {}): Knowledge & { readonly memory: EndpointMemory } {
  const kept = new Map<string, unknown>();
  return {
    pins,
    memory: new EndpointMemory({
      get: (key) => kept.get(key),
      set: (key, value) => {
        kept.set(key, value);
      },
    }),
  };
}

/** The command line's choice in the words of src/cluster. */
export function authOf(choice: TokenChoice): Auth {
  return choice;
}
