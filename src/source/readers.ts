/** What reads versions, clients, controllers and YAML, for the analyzer. */
import type { Controllers } from './controllers/types';
import type { GoPackage } from './go/package';
import type { Module } from './modules/types';
import type { FileReport, Files, Measured, Span } from './types';

export { clientsOf } from './clients/index';

export interface YamlReport extends FileReport { readonly hovers: readonly { readonly span: Span; readonly markdown: string }[] }

export function moduleOf(_file: string, _files: Files, _signal?: AbortSignal): Promise<Module> {
  return Promise.resolve({ path: '', dir: '', go: undefined, version: () => undefined, facts: { clientGo: undefined, getConfig: undefined, maxConcurrentReconciles: undefined, usePriorityQueue: undefined, registersRestMetrics: undefined, has: () => undefined } });
}
export function controllersOf(_pkg: GoPackage, _module: Module): Controllers { return { managers: [], controllers: [], loops: [], setUps: () => [] }; }
export function checkYaml(_text: string, path: string, _measured?: Measured): YamlReport { return { file: path, findings: [], setUps: [], hovers: [] }; }
export function isRelevantYaml(_text: string, _path: string): boolean { return false; }
