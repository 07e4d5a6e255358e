/** The settings `controllerTuner.*`, read where they are used so that a change counts at once. Units and defaults: package.json. */
import * as vscode from 'vscode';
import type { Pins } from '../cluster/pins';
import type { EndpointKind } from '../controllers/types';
import { within } from '../app/limits';

export const SECTION = 'controllerTuner';

export type GroupBy = 'namespace' | 'workload';

function read<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration(SECTION).get<T>(key, fallback);
}

export const settings = {
  get kubeconfigs(): readonly string[] {
    return strings(read<unknown>('kubeconfigs', []));
  },
  get namespaces(): readonly string[] {
    return strings(read<unknown>('namespaces', []));
  },
  /** s */
  get cpuSeconds(): number {
    return within(read<unknown>('cpuSeconds', 30), 1, 600, 30);
  },
  get groupBy(): GroupBy {
    return read<string>('groupBy', 'namespace') === 'workload' ? 'workload' : 'namespace';
  },
  get showAll(): boolean {
    return read('showAllWorkloads', false);
  },
  get marked(): Readonly<Record<string, boolean>> {
    return read<Record<string, boolean>>('controllers', {});
  },
  get pins(): Pins {
    return read<Pins>('endpoints', {});
  },
  /** ms */
  get idleTimeoutMs(): number {
    return within(read<unknown>('requestTimeoutSeconds', 15), 1, 600, 15) * 1000;
  },
  /** Between two scrapes of a process, ms. */
  get scrapeMs(): number {
    return within(read<unknown>('scrapeSeconds', 2), 1, 15, 2) * 1000;
  },
  /** Bytes, as received and after decompression. */
  get maxScrapeBytes(): number {
    return within(read<unknown>('maxScrapeMiB', 64), 1, 1024, 64) * 1024 * 1024;
  },
  /** As it is written; see readConfigured. In a workspace that is not trusted, the workspace's own are left out. */
  get prometheus(): readonly unknown[] {
    const v = read<unknown>('prometheus', []);
    return Array.isArray(v) ? v : [];
  },
  /** What paths of profiles begin with, and the folder that this means here. */
  get sourcePaths(): Readonly<Record<string, string>> {
    return texts(read<unknown>('sourcePaths', {}));
  },
  /** Bytes after decompression; 1 MiB to 4 GiB, the longest that one buffer holds. */
  get maxProfileBytes(): number {
    return within(read<unknown>('maxProfileMiB', 512), 1, 4096, 512) * 1024 * 1024;
  },
};

function strings(v: unknown): readonly string[] {
  return Array.isArray(v) ? v.filter((s): s is string => typeof s === 'string' && s !== '') : [];
}

function texts(v: unknown): Readonly<Record<string, string>> {
  return typeof v === 'object' && v !== null
    ? Object.fromEntries(
        Object.entries(v).filter((e): e is [string, string] => e[0] !== '' && typeof e[1] === 'string' && e[1] !== ''),
      )
    : {};
}

/**
 * Where a setting is written: the workspace's own when it already stands there, else the person's. A single folder's
 * settings are the workspace's; in a workspace of several a folder can hold none of ours, as none has the scope `resource`.
 */
function place(key: string): vscode.ConfigurationTarget {
  const found = vscode.workspace.getConfiguration(SECTION).inspect(key);
  return found?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
}

async function write(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(key, value, place(key));
}

export function setGroupBy(by: GroupBy): Promise<void> {
  return write('groupBy', by);
}
export function setShowAll(all: boolean): Promise<void> {
  return write('showAllWorkloads', all);
}

/** Marks `namespace/name` as a controller or as not one. */
export function mark(workload: string, controller: boolean): Promise<void> {
  return write('controllers', { ...settings.marked, [workload]: controller });
}

/** Pins an endpoint of `namespace/name`; '' takes the pin away. */
export function pin(workload: string, kind: EndpointKind, url: string): Promise<void> {
  const all: Record<string, Partial<Record<EndpointKind, string>>> = { ...settings.pins };
  const one = { ...all[workload] };
  if (url === '') delete one[kind];
  else one[kind] = url;
  if (Object.keys(one).length === 0) delete all[workload];
  else all[workload] = one;
  return write('endpoints', all);
}

export function addKubeconfig(file: string): Promise<void> {
  const before = settings.kubeconfigs;
  return before.includes(file) ? Promise.resolve() : write('kubeconfigs', [...before, file]);
}

/** All entries anew, one that was added or changed among them. */
export function setPrometheus(entries: readonly unknown[]): Promise<void> {
  return write('prometheus', entries);
}

/** Calls back when one of these keys (without the section) changes. */
export function onSettings(keys: readonly string[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((e) => {
    if (keys.some((k) => e.affectsConfiguration(`${SECTION}.${k}`))) listener();
  });
}
