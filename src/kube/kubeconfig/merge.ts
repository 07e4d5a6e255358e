/** The contexts of several files together. */
import path from 'node:path';
import { Problem, type ProblemData } from '../../base/problem';
import type { ClusterEntry, ContextEntry, ParsedFile, ResolvedContext, UserEntry } from './entries';

/**
 * `merged` are the files of KUBECONFIG (or `~/.kube/config`), one configuration as in kubectl: the first file that
 * names a cluster, user, context or current-context wins, and a context may point into another of these files. Each of
 * `extra` (the setting) stands alone: its contexts see only its own clusters and users. When a name is taken, the later
 * context is called `name (file name)`, or `name (whole path)` if that is taken, too, so that all stay reachable. The
 * current context comes first, then the order of the files.
 */
export function resolveContexts(merged: readonly ParsedFile[], extra: readonly ParsedFile[]): ResolvedContext[] {
  const taken = new Set<string>();
  const out: ResolvedContext[] = [];
  let current = merged.find((f) => f.current !== '')?.current ?? '';
  let currentIsFree = true;
  for (const group of [merged, ...extra.map((f) => [f])]) {
    const clusters = firstByName(group.flatMap((f) => f.clusters));
    const users = firstByName(group.flatMap((f) => f.users));
    if (current === '') current = group.find((f) => f.current !== '')?.current ?? '';
    for (const context of firstByName(group.flatMap((f) => f.contexts)).values()) {
      const isCurrent = currentIsFree && context.name === current;
      if (isCurrent) currentIsFree = false;
      out.push(resolve(context, clusters, users, freeName(context, taken), isCurrent));
    }
  }
  return [...out.filter((c) => c.info.current), ...out.filter((c) => !c.info.current)];
}

function firstByName<T extends { readonly name: string }>(entries: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const e of entries) if (!map.has(e.name)) map.set(e.name, e);
  return map;
}

function freeName(context: ContextEntry, taken: Set<string>): string {
  const names = [context.name, `${context.name} (${path.basename(context.file)})`, `${context.name} (${context.file})`];
  const name = names.find((n) => !taken.has(n)) ?? `${context.name} (${context.file}, ${taken.size})`;
  taken.add(name);
  return name;
}

function resolve(
  context: ContextEntry,
  clusters: ReadonlyMap<string, ClusterEntry>,
  users: ReadonlyMap<string, UserEntry>,
  name: string,
  current: boolean,
): ResolvedContext {
  const cluster = clusters.get(context.cluster);
  const user = users.get(context.user);
  return {
    cluster,
    user,
    info: {
      name,
      cluster: context.cluster,
      user: context.user,
      namespace: context.namespace,
      server: cluster?.server ?? '',
      current,
      file: context.file,
      problem: whatIsWrong(context, cluster, user),
    },
  };
}

function whatIsWrong(
  context: ContextEntry,
  cluster: ClusterEntry | undefined,
  user: UserEntry | undefined,
): ProblemData | undefined {
  const say = (message: string): ProblemData =>
    new Problem('kube.context', message, { next: `Fix the context in ${context.file}.` }).toJSON();
  if (context.cluster === '') return say(`The context ${context.name} names no cluster.`);
  if (!cluster)
    return say(
      `The context ${context.name} points to the cluster ${context.cluster}, ` +
        'which no kubeconfig describes with a server.',
    );
  if (!URL.canParse(cluster.server) || !/^https?:$/.test(new URL(cluster.server).protocol)) {
    return say(`The server of the cluster ${cluster.name}, "${cluster.server}", is not an http or https address.`);
  }
  // A context without a user is allowed: some API servers let anonymous users read.
  if (context.user !== '' && !user)
    return say(`The context ${context.name} points to the user ${context.user}, which no kubeconfig describes.`);
  return undefined;
}
