/** The settings `controllerTuner.*`; app/editor.ts documents each of them. */
import * as vscode from 'vscode';
import type { Settings } from '../app/editor';
import type { Pins } from '../cluster/pins';
import type { EndpointKind } from '../controllers/types';
import { within } from '../app/limits';

export const SECTION = 'controllerTuner';

function read<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration(SECTION).get<T>(key, fallback);
}

export const settings: Settings = {
  get kubeconfigs() {
    return strings(read<unknown>('kubeconfigs', []));
  },
  get namespaces() {
    return strings(read<unknown>('namespaces', []));
  },
  get cpuSeconds() {
    return within(read<unknown>('cpuSeconds', 30), 1, 600, 30);
  },
  get groupBy() {
    return read<string>('groupBy', 'namespace') === 'workload' ? 'workload' : 'namespace';
  },
  get showAll() {
    return read('showAllWorkloads', false);
  },
  get marked() {
    return read<Record<string, boolean>>('controllers', {});
  },
  get pins() {
    return read<Pins>('endpoints', {});
  },
  get idleTimeoutMs() {
    return within(read<unknown>('requestTimeoutSeconds', 15), 1, 600, 15) * 1000;
  },
  get scrapeMs() {
    return within(read<unknown>('scrapeSeconds', 2), 1, 15, 2) * 1000;
  },
  get maxScrapeBytes() {
    return within(read<unknown>('maxScrapeMiB', 64), 1, 1024, 64) * 1024 * 1024;
  },
  get prometheus() {
    const v = read<unknown>('prometheus', []);
    return Array.isArray(v) ? v : [];
  },
  get sourcePaths() {
    return texts(read<unknown>('sourcePaths', {}));
  },
  get maxProfileBytes() {
    return within(read<unknown>('maxProfileMiB', 512), 1, 4096, 512) * 1024 * 1024;
  },
  pin,
  setPrometheus,
  onDidChange: onSettings,
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
 * Where to write a setting: to the workspace if it has a value there already, else to the user's settings. In a
 * single-folder workspace, the folder's settings are the workspace's. In a multi-root workspace, folders can't hold
 * ours, since none has the scope `resource`.
 */
function place(key: string): vscode.ConfigurationTarget {
  const found = vscode.workspace.getConfiguration(SECTION).inspect(key);
  return found?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
}

async function write(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(key, value, place(key));
}

export function setGroupBy(by: Settings['groupBy']): Promise<void> {
  return write('groupBy', by);
}
export function setShowAll(all: boolean): Promise<void> {
  return write('showAllWorkloads', all);
}

/** Marks `namespace/name` as a controller, or as not a controller. */
export function mark(workload: string, controller: boolean): Promise<void> {
  return write('controllers', { ...settings.marked, [workload]: controller });
}

function pin(workload: string, kind: EndpointKind, url: string): Promise<void> {
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

function setPrometheus(entries: readonly unknown[]): Promise<void> {
  return write('prometheus', entries);
}

export function onSettings(keys: readonly string[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((e) => {
    if (keys.some((k) => e.affectsConfiguration(`${SECTION}.${k}`))) listener();
  });
}
