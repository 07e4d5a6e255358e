import { programOf, wordsOf } from './flags';
import { imageName, isSidecar, repositoryOf } from './image';
import { KNOWN, NOT_CONTROLLERS, type KnownSystem } from './known';
import type { ContainerRecord, PodRecord } from './types';

/** A known system, and what gave it away: "image quay.io/…", "program kube-scheduler", "label x=y". */
export interface Known {
  readonly system: KnownSystem;
  readonly by: string;
}

const byImage = new Map<string, KnownSystem>();
const byProgram = new Map<string, KnownSystem>();
const labelled: [string, string, KnownSystem][] = [];
for (const system of KNOWN) {
  for (const image of system.images ?? []) byImage.set(image, system);
  for (const program of system.programs ?? []) byProgram.set(program, system);
  if (system.label !== undefined) labelled.push([...system.label, system]);
}

/** Equal container lists are one object (see records.ts), so each is looked at once. */
const seen = new WeakMap<readonly ContainerRecord[], Known | null>();

/** The known system that a pod runs, by its program, image or labels. */
export function identify(pod: Pick<PodRecord, 'containers' | 'labels'>): Known | undefined {
  let known = seen.get(pod.containers);
  if (known === undefined) seen.set(pod.containers, (known = byContainers(pod.containers) ?? null));
  return known ?? identifyLabels(pod.labels);
}

/** The same by labels alone, for a workload without pods. */
export function identifyLabels(labels: Readonly<Record<string, string>>): Known | undefined {
  for (const [key, value, system] of labelled) {
    const v = labels[key];
    if (v !== undefined && (value === '*' || value === v)) return { system, by: `label ${key}=${v}` };
  }
  return undefined;
}

function byContainers(containers: readonly ContainerRecord[]): Known | undefined {
  for (const c of containers) {
    if (isSidecar(c)) continue;
    for (const word of [programOf(c), ...wordsOf(c)]) {
      const system = byProgram.get(word);
      if (system !== undefined) return { system, by: `program ${word}` };
    }
    const repository = repositoryOf(c.image);
    const parts = repository.split('/');
    const system = [3, 2, 1].map((n) => byImage.get(parts.slice(-n).join('/'))).find((s) => s !== undefined);
    if (system !== undefined) return { system, by: `image ${repository}` };
  }
  return undefined;
}

/** The image that shows that this is a server, store, proxy or agent; undefined when none does. */
export function knownServer(container: ContainerRecord): string | undefined {
  const name = imageName(container.image);
  const two = repositoryOf(container.image).split('/').slice(-2).join('/');
  return NOT_CONTROLLERS.has(name) ? name : NOT_CONTROLLERS.has(two) ? two : undefined;
}
